-- Three or more clicks of one address within one minute: a mail scanner following every link, not a reader.
WITH click AS (
    SELECT
        e.engagement_id,
        e.occurred_at,
        LAG(e.occurred_at, 2) OVER (PARTITION BY e.email ORDER BY e.occurred_at, e.engagement_id) AS two_before,
        LAG(e.occurred_at, 1) OVER (PARTITION BY e.email ORDER BY e.occurred_at, e.engagement_id) AS one_before,
        LEAD(e.occurred_at, 1) OVER (PARTITION BY e.email ORDER BY e.occurred_at, e.engagement_id) AS one_after,
        LEAD(e.occurred_at, 2) OVER (PARTITION BY e.email ORDER BY e.occurred_at, e.engagement_id) AS two_after
    FROM known_engagement AS e
    WHERE e.activity = 'email_clicked'
    AND e.email IS NOT NULL
)

SELECT c.engagement_id
FROM click AS c
WHERE c.occurred_at - c.two_before < 60000000
OR c.one_after - c.one_before < 60000000
OR c.two_after - c.occurred_at < 60000000

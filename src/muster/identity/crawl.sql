-- Visits of crawlers: fifteen pages within a minute, or a hundred and twenty within an hour, are more than a person reads.
-- The minute that gives a crawler away counts with it, and so does all that the browser does from then on without a name.
WITH busy AS (
    SELECT e.visitor_id
    FROM known_engagement AS e
    WHERE e.visitor_id IS NOT NULL
    GROUP BY e.visitor_id
    HAVING COUNT(*) >= 15
),

visit AS (
    SELECT
        e.engagement_id,
        e.visitor_id,
        e.email,
        e.occurred_at,
        e.known_at,
        LAG(e.occurred_at, 14) OVER (PARTITION BY e.visitor_id ORDER BY e.occurred_at, e.engagement_id) AS fourteen_before,
        LEAD(e.occurred_at, 14) OVER (PARTITION BY e.visitor_id ORDER BY e.occurred_at, e.engagement_id) AS fourteen_after,
        LAG(e.occurred_at, 119) OVER (PARTITION BY e.visitor_id ORDER BY e.occurred_at, e.engagement_id) AS many_before
    FROM known_engagement AS e
    JOIN busy AS b ON b.visitor_id = e.visitor_id
    WHERE e.known_at <= e.occurred_at
),

rushed AS (
    SELECT
        v.engagement_id,
        v.visitor_id,
        v.email,
        v.known_at,
        CASE WHEN v.occurred_at - v.fourteen_before < 60000000 OR v.occurred_at - v.many_before < 3600000000 THEN v.known_at END AS caught_at,
        MAX(CASE WHEN v.fourteen_after - v.occurred_at < 60000000 THEN 1 ELSE 0 END) OVER (
            PARTITION BY v.visitor_id ORDER BY v.occurred_at, v.engagement_id ROWS BETWEEN 14 PRECEDING AND CURRENT ROW
        ) AS in_rush
    FROM visit AS v
),

caught AS (
    SELECT
        r.visitor_id,
        MIN(r.caught_at) AS caught_at
    FROM rushed AS r
    GROUP BY r.visitor_id
)

SELECT r.engagement_id
FROM rushed AS r
JOIN caught AS c ON c.visitor_id = r.visitor_id
WHERE r.in_rush = 1
OR (r.email IS NULL AND r.known_at >= c.caught_at)

-- Several clicks of one address in too short a time (rules/machines.csv): a mail scanner following every link, not a reader.
WITH click AS (
    SELECT
        e.engagement_id,
        e.email,
        e.occurred_at,
        ROW_NUMBER() OVER (PARTITION BY e.email ORDER BY e.occurred_at, e.engagement_id) AS number
    FROM known_engagement AS e
    WHERE e.activity = 'email_clicked'
    AND e.email IS NOT NULL
),

-- From the first to the last click of each burst.
burst AS (
    SELECT
        l.email,
        f.number AS first_number,
        l.number AS last_number
    FROM click AS l
    JOIN rule_machines AS r ON r.sign = 'clicks_at_once' AND r.from_at <= l.occurred_at AND l.occurred_at < r.to_at
    JOIN click AS f ON f.email = l.email AND f.number = l.number - r.count + 1
    WHERE l.occurred_at - f.occurred_at < r.seconds * 1000000
)

SELECT DISTINCT c.engagement_id
FROM click AS c
JOIN burst AS b ON b.email = c.email AND b.first_number <= c.number AND c.number <= b.last_number

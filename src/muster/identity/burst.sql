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

-- Each click with the one that would begin a burst with it. (As a condition of the join below, Sail forgets it.)
counted AS (
    SELECT
        c.email,
        c.occurred_at,
        c.number AS last_number,
        c.number - r.count + 1 AS first_number,
        r.seconds * 1000000 AS within_us
    FROM click AS c
    JOIN rule_machines AS r ON r.sign = 'clicks_at_once' AND r.from_at <= c.occurred_at AND c.occurred_at < r.to_at
),

burst AS (
    SELECT
        l.email,
        l.first_number,
        l.last_number
    FROM counted AS l
    JOIN click AS f ON f.email = l.email AND f.number = l.first_number
    WHERE l.occurred_at - f.occurred_at < l.within_us
)

SELECT DISTINCT c.engagement_id
FROM click AS c
JOIN burst AS b ON b.email = c.email AND b.first_number <= c.number AND c.number <= b.last_number

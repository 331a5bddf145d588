-- Visits of crawlers: more pages in a minute, or in an hour, than a person reads (rules/machines.csv). The minute that gives a
-- crawler away counts with it, and so does all that the browser does from then on without a name.
WITH rush AS (
    SELECT
        r.sign,
        r.count,
        r.seconds * 1000000 AS within_us,
        r.from_at,
        r.to_at
    FROM rule_machines AS r
    WHERE r.sign IN ('pages_at_once', 'pages_an_hour')
),

busy AS (
    SELECT e.visitor_id
    FROM known_engagement AS e
    CROSS JOIN (SELECT MIN(r.count) AS count FROM rush AS r) AS m
    WHERE e.visitor_id IS NOT NULL
    GROUP BY e.visitor_id, m.count
    HAVING COUNT(*) >= m.count
),

visit AS (
    SELECT
        e.engagement_id,
        e.visitor_id,
        e.email,
        e.occurred_at,
        e.known_at,
        ROW_NUMBER() OVER (PARTITION BY e.visitor_id ORDER BY e.occurred_at, e.engagement_id) AS number
    FROM known_engagement AS e
    JOIN busy AS b ON b.visitor_id = e.visitor_id
    WHERE e.known_at <= e.occurred_at
),

-- Each visit with the one that would begin a rush with it. (As a condition of the join below, Sail forgets it.)
counted AS (
    SELECT
        v.visitor_id,
        r.sign,
        v.number AS last_number,
        v.number - r.count + 1 AS first_number,
        r.within_us,
        v.occurred_at,
        v.known_at
    FROM visit AS v
    JOIN rush AS r ON r.from_at <= v.occurred_at AND v.occurred_at < r.to_at
),

caught AS (
    SELECT
        l.visitor_id,
        l.sign,
        l.first_number,
        l.last_number,
        l.known_at
    FROM counted AS l
    JOIN visit AS f ON f.visitor_id = l.visitor_id AND f.number = l.first_number
    WHERE l.occurred_at - f.occurred_at < l.within_us
),

since AS (
    SELECT
        c.visitor_id,
        MIN(c.known_at) AS known_at
    FROM caught AS c
    GROUP BY c.visitor_id
)

SELECT DISTINCT x.engagement_id
FROM (
    SELECT v.engagement_id
    FROM visit AS v
    JOIN caught AS c
        ON c.visitor_id = v.visitor_id AND c.sign = 'pages_at_once' AND c.first_number <= v.number AND v.number <= c.last_number
    UNION ALL
    SELECT v.engagement_id
    FROM visit AS v
    JOIN since AS s ON s.visitor_id = v.visitor_id AND s.known_at <= v.known_at
    WHERE v.email IS NULL
) AS x

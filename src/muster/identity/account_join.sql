-- What joins keys to one account, and since when that was known: when both were, when somebody said so, or when enough of
-- a record's people wrote from the domain (the bars of identity/firms/domains.py, by confidence).
WITH wrote AS (
    SELECT
        l.left_key,
        l.right_key,
        CASE WHEN l.confidence >= 9.5e-1 THEN 1 WHEN MAX(CASE WHEN s.domain IS NOT NULL THEN 1 ELSE 0 END) = 1 THEN 2 ELSE 3 END AS needed,
        r.email,
        e.domain,
        MIN(r.known_at) AS known_at
    FROM account_link AS l
    JOIN known_person_record AS r ON 'r:' || r.account_record_id = l.left_key
    JOIN reading_email AS e ON e.email = r.email
    LEFT JOIN shared_domain AS x ON x.domain = e.domain
    LEFT JOIN account_domain_claim AS s ON 'd:' || s.domain = l.right_key AND s.is_stated
    WHERE l.method = 'people_domain'
    AND e.domain IS NOT NULL
    AND x.domain IS NULL
    GROUP BY l.left_key, l.right_key, l.confidence, r.email, e.domain
),

counted AS (
    SELECT
        w.left_key,
        w.right_key,
        w.needed,
        w.known_at,
        w.email,
        CAST(SUM(CASE WHEN 'd:' || w.domain = w.right_key THEN 1 ELSE 0 END) OVER (
            PARTITION BY w.left_key, w.right_key ORDER BY w.known_at, w.email ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS there_count,
        ROW_NUMBER() OVER (PARTITION BY w.left_key, w.right_key ORDER BY w.known_at, w.email) AS people_count
    FROM wrote AS w
),

judged AS (
    SELECT
        c.left_key,
        c.right_key,
        c.known_at,
        c.email,
        CASE WHEN c.there_count * 2 > c.people_count AND c.there_count >= c.needed THEN 0 ELSE 1 END AS is_short
    FROM counted AS c
),

-- How often it will still fall short from here on: joined since the first of those after the last time.
ahead AS (
    SELECT
        j.left_key,
        j.right_key,
        j.known_at,
        CAST(SUM(j.is_short) OVER (
            PARTITION BY j.left_key, j.right_key ORDER BY j.known_at, j.email ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS BIGINT) AS short_count
    FROM judged AS j
),

usual AS (
    SELECT
        a.left_key,
        a.right_key,
        MIN(a.known_at) AS known_at
    FROM ahead AS a
    WHERE a.short_count = 0
    GROUP BY a.left_key, a.right_key
)

SELECT
    l.left_key,
    l.right_key,
    l.method,
    GREATEST(a.known_at, b.known_at, COALESCE(t.known_at, 0), COALESCE(u.known_at, 0)) AS known_at
FROM account_link AS l
JOIN account_key AS a ON a.key = l.left_key
JOIN account_key AS b ON b.key = l.right_key
LEFT JOIN account_told AS t ON t.left_key = l.left_key AND t.right_key = l.right_key AND t.method = l.method
LEFT JOIN usual AS u ON u.left_key = l.left_key AND u.right_key = l.right_key AND l.method = 'people_domain'

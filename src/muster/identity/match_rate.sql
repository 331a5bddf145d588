-- How often each kind of weak sign has been right, week by week, as the company's own records had shown before the week
-- began. Twenty cases of four in five stand in until there are enough.
WITH counted AS (
    SELECT
        e.method,
        e.known_at - MOD(e.known_at - 345600000000, 604800000000) AS week_at,
        COUNT(*) AS compared_count,
        CAST(SUM(CASE WHEN e.is_right THEN 1 ELSE 0 END) AS BIGINT) AS right_count
    FROM match_evidence AS e
    GROUP BY e.method, e.known_at - MOD(e.known_at - 345600000000, 604800000000)
),

method AS (
    SELECT DISTINCT c.method
    FROM counted AS c
),

running AS (
    SELECT
        w.week_at,
        m.method,
        COALESCE(CAST(SUM(COALESCE(c.compared_count, 0)) OVER (
            PARTITION BY m.method ORDER BY w.week_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS BIGINT), 0) AS compared_count,
        COALESCE(CAST(SUM(COALESCE(c.right_count, 0)) OVER (
            PARTITION BY m.method ORDER BY w.week_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS BIGINT), 0) AS right_count
    FROM week AS w
    CROSS JOIN method AS m
    LEFT JOIN counted AS c ON c.method = m.method AND c.week_at = w.week_at
)

SELECT
    r.week_at,
    r.method,
    r.compared_count,
    r.right_count,
    CAST(r.right_count + 16 AS DOUBLE) / (r.compared_count + 20) AS rate
FROM running AS r

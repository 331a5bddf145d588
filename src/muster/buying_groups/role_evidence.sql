-- What speaks for each role of each member by the rules, from each moment their evidence changed on, in thousandths of a natural
-- logarithm; with the title's function and seniority as known by then.
WITH moment AS (
    SELECT w.buying_group_id, w.person_id, w.at, w.role, CAST(SUM(w.weight) AS BIGINT) AS weight
    FROM role_weight AS w
    GROUP BY w.buying_group_id, w.person_id, w.at, w.role
),

stretch AS (
    SELECT
        m.buying_group_id,
        m.person_id,
        m.at AS from_at,
        LEAD(m.at, 1, 9000000000000000) OVER (PARTITION BY m.buying_group_id, m.person_id ORDER BY m.at) AS to_at
    FROM (SELECT DISTINCT x.buying_group_id, x.person_id, x.at FROM moment AS x) AS m
),

role_list AS (
    SELECT DISTINCT x.role
    FROM role_expectation AS x
)

SELECT
    s.buying_group_id,
    s.person_id,
    s.from_at,
    s.to_at,
    CASE WHEN k.title_known_at <= s.from_at THEN k.function ELSE 'unknown' END AS function,
    CASE WHEN k.title_known_at <= s.from_at THEN k.seniority ELSE 'unknown' END AS seniority,
    r.role,
    CAST(SUM(COALESCE(m.weight, 0)) OVER (
        PARTITION BY s.buying_group_id, s.person_id, r.role ORDER BY s.from_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS BIGINT) AS weight
FROM stretch AS s
CROSS JOIN role_list AS r
JOIN person_rank AS k ON k.person_id = s.person_id
LEFT JOIN moment AS m
    ON m.buying_group_id = s.buying_group_id AND m.person_id = s.person_id AND m.at = s.from_at AND m.role = r.role

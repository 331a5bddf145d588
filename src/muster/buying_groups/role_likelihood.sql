-- How much speaks for each role of each member, from each moment its evidence changed on, as a whole number in proportion to the
-- likelihood (1,000,000 for the likeliest): from here on sums are the same in every order.
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
),

added AS (
    SELECT
        s.buying_group_id,
        s.person_id,
        s.from_at,
        s.to_at,
        r.role,
        CAST(SUM(COALESCE(m.weight, 0)) OVER (
            PARTITION BY s.buying_group_id, s.person_id, r.role ORDER BY s.from_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS weight
    FROM stretch AS s
    CROSS JOIN role_list AS r
    LEFT JOIN moment AS m
        ON m.buying_group_id = s.buying_group_id AND m.person_id = s.person_id AND m.at = s.from_at AND m.role = r.role
)

SELECT
    a.buying_group_id,
    a.person_id,
    a.from_at,
    a.to_at,
    a.role,
    CAST(FLOOR(1e6 * EXP((a.weight - MAX(a.weight) OVER (PARTITION BY a.buying_group_id, a.person_id, a.from_at)) / 1e3) + 5e-1) AS BIGINT)
        AS likelihood
FROM added AS a

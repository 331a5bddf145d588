-- How likely each member was to hold each role, from each moment its evidence changed on: the chance (in millionths) of being
-- champion, of being the one who decides, and of the likeliest other role among the others.
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
),

-- From here on whole numbers: their sums are the same in every order.
grown AS (
    SELECT
        a.buying_group_id,
        a.person_id,
        a.from_at,
        a.to_at,
        a.role,
        CAST(FLOOR(1e6 * EXP((a.weight - MAX(a.weight) OVER (PARTITION BY a.buying_group_id, a.person_id, a.from_at)) / 1e3) + 5e-1) AS BIGINT)
            AS likelihood
    FROM added AS a
),

ranked AS (
    SELECT
        g.buying_group_id,
        g.person_id,
        g.from_at,
        g.to_at,
        g.role,
        g.likelihood,
        ROW_NUMBER() OVER (
            PARTITION BY g.buying_group_id, g.person_id, g.from_at
            ORDER BY CASE WHEN g.role IN ('champion', 'decision_maker') THEN 1 ELSE 0 END, g.likelihood DESC, g.role
        ) AS number
    FROM grown AS g
)

SELECT
    r.buying_group_id,
    r.person_id,
    r.from_at,
    r.to_at,
    INT_DIV(1000000 * MAX(CASE WHEN r.role = 'champion' THEN r.likelihood ELSE 0 END), GREATEST(CAST(SUM(r.likelihood) AS BIGINT), 1)) AS champion,
    INT_DIV(1000000 * MAX(CASE WHEN r.role = 'decision_maker' THEN r.likelihood ELSE 0 END), GREATEST(CAST(SUM(r.likelihood) AS BIGINT), 1)) AS decision_maker,
    MAX(CASE WHEN r.number = 1 THEN r.role END) AS other_role,
    INT_DIV(
        1000000 * MAX(CASE WHEN r.number = 1 THEN r.likelihood END),
        GREATEST(CAST(SUM(CASE WHEN r.role IN ('champion', 'decision_maker') THEN 0 ELSE r.likelihood END) AS BIGINT), 1)
    ) AS other
FROM ranked AS r
GROUP BY r.buying_group_id, r.person_id, r.from_at, r.to_at

-- How likely each member was to hold each role, taken alone, from each moment its evidence changed on: the chance (in millionths) of
-- being champion, of being the one who decides, and of the likeliest other role among the others.
WITH ranked AS (
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
    FROM role_likelihood AS g
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

-- When completeness rose or fell: each time the number of needed seats that somebody fills (role_holder) changed, with the
-- points of the seats won or lost and the person who took or left them.
WITH change AS (
    SELECT h.buying_group_id, h.role, h.person_id, h.from_at AS at, 1 AS people
    FROM role_holder AS h
    UNION ALL
    SELECT h.buying_group_id, h.role, h.person_id, h.to_at AS at, -1 AS people
    FROM role_holder AS h
    WHERE h.to_at IS NOT NULL
),

moment AS (
    SELECT
        c.buying_group_id,
        c.role,
        c.at,
        CAST(SUM(c.people) AS BIGINT) AS people,
        MIN(CASE WHEN c.people = 1 THEN c.person_id END) AS came_id,
        MIN(CASE WHEN c.people = -1 THEN c.person_id END) AS left_id
    FROM change AS c
    GROUP BY c.buying_group_id, c.role, c.at
),

counted AS (
    SELECT
        m.buying_group_id,
        m.role,
        m.at,
        m.people,
        m.came_id,
        m.left_id,
        CAST(SUM(m.people) OVER (
            PARTITION BY m.buying_group_id, m.role ORDER BY m.at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS holders
    FROM moment AS m
),

total AS (
    SELECT n.buying_group_id, CAST(SUM(n.needed) AS BIGINT) AS needed
    FROM role_need AS n
    GROUP BY n.buying_group_id
),

seated AS (
    SELECT
        c.buying_group_id,
        c.role,
        c.at,
        CASE WHEN c.people > 0 THEN c.came_id ELSE c.left_id END AS person_id,
        LEAST(c.holders, n.needed) - LEAST(c.holders - c.people, n.needed) AS seats,
        t.needed
    FROM counted AS c
    JOIN role_need AS n ON n.buying_group_id = c.buying_group_id AND n.role = c.role
    JOIN total AS t ON t.buying_group_id = c.buying_group_id
    WHERE t.needed > 0
)

SELECT
    s.buying_group_id,
    s.role,
    s.person_id,
    s.at,
    s.seats * INT_DIV(p.completeness_max_points, GREATEST(s.needed, 1)) AS points
FROM seated AS s
JOIN group_cycle AS g ON g.buying_group_id = s.buying_group_id
JOIN rule_policy AS p ON p.from_at <= g.opened_at AND g.opened_at < p.to_at
WHERE s.seats <> 0

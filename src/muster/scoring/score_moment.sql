-- The instants at which each group is scored: its opening, every Monday, and every change of status.
WITH moment AS (
    SELECT g.buying_group_id, g.opened_at AS at
    FROM group_cycle AS g
    UNION ALL
    SELECT g.buying_group_id, w.week_at AS at
    FROM group_cycle AS g
    CROSS JOIN clock AS c
    JOIN week AS w ON w.week_at >= g.opened_at AND w.week_at <= c.as_of_at
    WHERE g.closed_at IS NULL
    OR w.week_at < g.closed_at
    UNION ALL
    SELECT q.buying_group_id, q.from_at AS at
    FROM group_status AS q
)

SELECT DISTINCT
    m.buying_group_id,
    m.at
FROM moment AS m

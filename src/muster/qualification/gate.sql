-- When a gate kept a group from sales whatever its score or chance, from when to when and why; gates that touch are one.
WITH closed AS (
    SELECT
        g.buying_group_id,
        x.from_at,
        x.to_at,
        'excluded' AS gate,
        'the account is excluded: ' || x.reason AS reason
    FROM group_cycle AS g
    JOIN account_exclusion AS x ON x.account_id = g.account_id AND (x.solution_id IS NULL OR x.solution_id = g.solution_id)
    UNION ALL
    SELECT
        s.buying_group_id,
        s.from_at,
        s.to_at,
        'no_consent' AS gate,
        'none of its known people may be contacted' AS reason
    FROM silenced_stretch AS s
    UNION ALL
    SELECT
        r.buying_group_id,
        r.from_at,
        r.to_at,
        'nurture' AS gate,
        'sales returned it to nurture' || r.said AS reason
    FROM returned_stretch AS r
),

within_cycle AS (
    SELECT
        c.buying_group_id,
        GREATEST(c.from_at, g.opened_at) AS from_at,
        LEAST(c.to_at, COALESCE(g.closed_at, 9000000000000000)) AS to_at,
        c.gate,
        c.reason
    FROM closed AS c
    JOIN group_cycle AS g ON g.buying_group_id = c.buying_group_id
),

reached AS (
    SELECT
        w.buying_group_id,
        w.from_at,
        w.to_at,
        w.gate,
        w.reason,
        MAX(w.to_at) OVER (
            PARTITION BY w.buying_group_id ORDER BY w.from_at, w.gate, w.reason, w.to_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS closed_until
    FROM within_cycle AS w
    CROSS JOIN clock AS c
    WHERE w.from_at < w.to_at
    AND w.from_at <= c.as_of_at
),

numbered AS (
    SELECT
        r.buying_group_id,
        r.from_at,
        r.to_at,
        r.gate,
        r.reason,
        CAST(SUM(CASE WHEN r.closed_until >= r.from_at THEN 0 ELSE 1 END) OVER (
            PARTITION BY r.buying_group_id ORDER BY r.from_at, r.gate, r.reason, r.to_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS stretch,
        ROW_NUMBER() OVER (PARTITION BY r.buying_group_id ORDER BY r.from_at, r.gate, r.reason, r.to_at) AS number
    FROM reached AS r
),

merged AS (
    SELECT n.buying_group_id, n.stretch, MIN(n.from_at) AS from_at, MAX(n.to_at) AS to_at, MIN(n.number) AS number
    FROM numbered AS n
    GROUP BY n.buying_group_id, n.stretch
)

SELECT
    m.buying_group_id,
    m.from_at,
    CASE WHEN m.to_at <= c.as_of_at THEN m.to_at END AS to_at,
    n.gate,
    n.reason
FROM merged AS m
CROSS JOIN clock AS c
JOIN numbered AS n ON n.buying_group_id = m.buying_group_id AND n.number = m.number

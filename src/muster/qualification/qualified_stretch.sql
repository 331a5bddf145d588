-- Stretches of being qualified, each begun by the policy in force for the group's solution then. One that sales' rejection or the
-- cycle's end did not stop lasts as that policy says. A gate cuts out its own time, under every policy. Stretches that touch are one.
WITH begun AS (
    SELECT
        s.buying_group_id,
        s.policy,
        s.from_at,
        LEAST(COALESCE(s.to_at, 9000000000000000), COALESCE(g.closed_at, 9000000000000000)) AS to_at,
        s.end_cause,
        s.reason,
        s.end_reason
    FROM policy_stretch AS s
    JOIN group_cycle AS g ON g.buying_group_id = s.buying_group_id
    JOIN chosen_policy AS c
        ON c.solution_id = g.solution_id
        AND c.policy = s.policy
        AND c.week_at = s.from_at - MOD(s.from_at - 345600000000, 604800000000)
),

-- A stretch begins where the policy says or, behind a gate, where that opens again; a gate that closes ends it.
entrance AS (
    SELECT b.buying_group_id, b.policy, b.from_at, b.to_at, b.end_cause, b.reason, b.end_reason, b.from_at AS enters_at
    FROM begun AS b
    LEFT JOIN gate AS x
        ON x.buying_group_id = b.buying_group_id AND x.from_at <= b.from_at AND b.from_at < COALESCE(x.to_at, 9000000000000000)
    WHERE x.buying_group_id IS NULL
    UNION ALL
    SELECT
        b.buying_group_id,
        b.policy,
        b.from_at,
        b.to_at,
        b.end_cause,
        b.reason || ', and no longer held back because ' || x.reason AS reason,
        b.end_reason,
        x.to_at AS enters_at
    FROM begun AS b
    JOIN gate AS x ON x.buying_group_id = b.buying_group_id AND b.from_at < x.to_at AND x.to_at < b.to_at
),

closing AS (
    SELECT e.buying_group_id, e.policy, e.from_at, e.enters_at, MIN(x.from_at) AS at
    FROM entrance AS e
    JOIN gate AS x ON x.buying_group_id = e.buying_group_id AND x.from_at > e.enters_at AND x.from_at <= e.to_at
    GROUP BY e.buying_group_id, e.policy, e.from_at, e.enters_at
),

allowed AS (
    SELECT
        e.buying_group_id,
        e.policy,
        e.enters_at AS from_at,
        COALESCE(c.at, e.to_at) AS to_at,
        CASE WHEN c.at IS NULL THEN e.end_cause ELSE 'held_back' END AS end_cause,
        e.reason,
        COALESCE('held back: ' || x.reason, e.end_reason) AS end_reason
    FROM entrance AS e
    LEFT JOIN closing AS c
        ON c.buying_group_id = e.buying_group_id AND c.policy = e.policy AND c.from_at = e.from_at AND c.enters_at = e.enters_at
    LEFT JOIN gate AS x ON x.buying_group_id = c.buying_group_id AND x.from_at = c.at
),

reached AS (
    SELECT
        b.buying_group_id,
        b.policy,
        b.from_at,
        b.to_at,
        b.end_cause,
        b.reason,
        b.end_reason,
        MAX(b.to_at) OVER (
            PARTITION BY b.buying_group_id ORDER BY b.from_at, b.policy ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS qualified_until
    FROM allowed AS b
),

numbered AS (
    SELECT
        r.buying_group_id,
        r.policy,
        r.from_at,
        r.to_at,
        r.end_cause,
        r.reason,
        r.end_reason,
        CAST(SUM(CASE WHEN r.qualified_until >= r.from_at THEN 0 ELSE 1 END) OVER (
            PARTITION BY r.buying_group_id ORDER BY r.from_at, r.policy ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS stretch
    FROM reached AS r
),

placed AS (
    SELECT
        n.buying_group_id,
        n.stretch,
        n.policy,
        n.from_at,
        n.to_at,
        n.end_cause,
        n.reason,
        n.end_reason,
        ROW_NUMBER() OVER (PARTITION BY n.buying_group_id, n.stretch ORDER BY n.from_at, n.policy) AS begins,
        ROW_NUMBER() OVER (PARTITION BY n.buying_group_id, n.stretch ORDER BY n.to_at DESC, n.end_cause DESC, n.policy) AS ends
    FROM numbered AS n
),

merged AS (
    SELECT
        p.buying_group_id,
        MIN(p.from_at) AS from_at,
        MAX(p.to_at) AS to_at,
        MAX(CASE WHEN p.begins = 1 THEN p.policy END) AS policy,
        MAX(CASE WHEN p.begins = 1 THEN p.reason END) AS reason,
        MAX(CASE WHEN p.ends = 1 THEN p.end_cause END) AS end_cause,
        MAX(CASE WHEN p.ends = 1 THEN p.end_reason END) AS end_reason
    FROM placed AS p
    GROUP BY p.buying_group_id, p.stretch
)

SELECT
    m.buying_group_id,
    m.policy,
    m.from_at,
    CASE WHEN LEAST(m.to_at, COALESCE(g.closed_at, 9000000000000000)) <= c.as_of_at
        THEN LEAST(m.to_at, COALESCE(g.closed_at, 9000000000000000)) END AS to_at,
    m.reason,
    CASE
        WHEN g.closed_at IS NOT NULL AND g.closed_at <= m.to_at THEN 'closed'
        WHEN m.to_at > c.as_of_at THEN NULL
        ELSE m.end_cause
    END AS end_cause,
    CASE WHEN m.to_at <= c.as_of_at AND COALESCE(g.closed_at, 9000000000000000) > m.to_at THEN
        CASE WHEN m.end_cause = 'rejected' THEN 'rejected by sales' ELSE m.end_reason END END AS end_reason
FROM merged AS m
CROSS JOIN clock AS c
JOIN group_cycle AS g ON g.buying_group_id = m.buying_group_id

-- For each Monday, group and band of five points: did an opportunity open on it within the weeks after that a rate is, or was, about?
-- Groups with an open opportunity are not at risk of opening one.
WITH asked AS (
    SELECT DISTINCT
        w.horizon_us
    FROM chance_week AS w
),

told AS (
    SELECT
        m.buying_group_id,
        m.scored_at,
        m.score,
        a.horizon_us,
        m.scored_at + a.horizon_us AS ends_at
    FROM moment_state AS m
    JOIN week AS w ON w.week_at = m.scored_at
    CROSS JOIN asked AS a
)

SELECT
    t.scored_at AS week_at,
    t.horizon_us,
    INT_DIV(t.score, 500) AS band,
    COUNT(*) AS groups,
    CAST(SUM(CASE WHEN o.opens = 1 THEN 1 ELSE 0 END) AS BIGINT) AS opened
FROM told AS t
LEFT JOIN (
    SELECT
        s.buying_group_id,
        s.scored_at,
        s.horizon_us,
        MAX(CASE WHEN p.created_at > s.scored_at AND p.created_at <= s.ends_at THEN 1 ELSE 0 END) AS opens,
        MAX(CASE WHEN p.created_at <= s.scored_at AND COALESCE(p.closed_at, 9000000000000000) > s.scored_at THEN 1 ELSE 0 END) AS is_open
    FROM told AS s
    JOIN group_cycle AS g ON g.buying_group_id = s.buying_group_id
    JOIN account_opportunity AS p ON p.account_id = g.account_id AND p.solution_id = g.solution_id AND p.part = g.part
    GROUP BY s.buying_group_id, s.scored_at, s.horizon_us
) AS o ON o.buying_group_id = t.buying_group_id AND o.scored_at = t.scored_at AND o.horizon_us = t.horizon_us
WHERE COALESCE(o.is_open, 0) = 0
GROUP BY t.scored_at, t.horizon_us, INT_DIV(t.score, 500)

-- For each Monday, group and band of five points: did an opportunity open on it within the 13 weeks after?
-- Groups with an open opportunity are not at risk of opening one.
SELECT
    m.scored_at AS week_at,
    INT_DIV(m.score, 500) AS band,
    COUNT(*) AS groups,
    CAST(SUM(CASE WHEN o.opens = 1 THEN 1 ELSE 0 END) AS BIGINT) AS opened
FROM moment_state AS m
JOIN week AS w ON w.week_at = m.scored_at
LEFT JOIN (
    SELECT
        s.buying_group_id,
        s.scored_at,
        MAX(CASE WHEN p.created_at > s.scored_at AND p.created_at <= s.scored_at + 7862400000000 THEN 1 ELSE 0 END) AS opens,
        MAX(CASE WHEN p.created_at <= s.scored_at AND COALESCE(p.closed_at, 9000000000000000) > s.scored_at THEN 1 ELSE 0 END) AS is_open
    FROM moment_state AS s
    JOIN group_cycle AS g ON g.buying_group_id = s.buying_group_id
    JOIN account_opportunity AS p ON p.account_id = g.account_id AND p.solution_id = g.solution_id AND p.part = g.part
    GROUP BY s.buying_group_id, s.scored_at
) AS o ON o.buying_group_id = m.buying_group_id AND o.scored_at = m.scored_at
WHERE COALESCE(o.is_open, 0) = 0
GROUP BY m.scored_at, INT_DIV(m.score, 500)

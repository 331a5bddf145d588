-- The rules' score of each account and solution every Monday: that of its best group.
SELECT
    g.account_id,
    g.solution_id,
    m.scored_at AS week_at,
    MAX(m.score) AS score
FROM moment_state AS m
JOIN week AS w ON w.week_at = m.scored_at
JOIN group_cycle AS g ON g.buying_group_id = m.buying_group_id
GROUP BY g.account_id, g.solution_id, m.scored_at

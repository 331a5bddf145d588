-- The rules' score of each account and solution every Monday: that of its best group.
SELECT
    g.account_id,
    g.solution_id,
    s.week_at,
    MAX(s.score) AS score
FROM week_standing AS s
JOIN group_cycle AS g ON g.buying_group_id = s.buying_group_id
GROUP BY g.account_id, g.solution_id, s.week_at

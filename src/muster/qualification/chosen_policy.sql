-- The policy in force for each solution every Monday: the rule that names it, else the rule for all.
SELECT
    s.solution_id,
    w.week_at,
    COALESCE(o.policy, a.policy) AS policy
FROM (SELECT DISTINCT g.solution_id FROM group_cycle AS g) AS s
CROSS JOIN week AS w
LEFT JOIN rule_policies AS o ON o.solution_id = s.solution_id AND o.from_at <= w.week_at AND w.week_at < o.to_at
LEFT JOIN rule_policies AS a ON a.solution_id = '*' AND a.from_at <= w.week_at AND w.week_at < a.to_at

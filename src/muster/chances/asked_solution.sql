-- A solution is asked about from the first Monday on which anybody was known to have shown interest in it.
SELECT
    a.solution_id,
    MIN(GREATEST(a.act_week, a.from_week)) AS since
FROM chance_act AS a
CROSS JOIN clock AS c
WHERE a.solution_id <> ''
AND GREATEST(a.act_week, a.from_week) < a.to_week
AND GREATEST(a.act_week, a.from_week) < a.act_week + 15724800000000
AND GREATEST(a.act_week, a.from_week) <= c.as_of_at
GROUP BY a.solution_id

-- When each actor of an account last did anything about a solution in the 26 weeks up to each Monday, and what their acts of the last 13
-- were worth, as known that day.
SELECT
    a.interest,
    a.actor,
    a.act_week + f.age * 604800000000 AS week_at,
    MIN(f.age) AS age,
    CAST(SUM(CASE WHEN f.age < 13 THEN a.points ELSE 0 END) AS BIGINT) AS points_13
FROM numbered_act AS a
CROSS JOIN clock AS c
CROSS JOIN panel_stretch AS s
JOIN fading AS f
    ON a.act_week + f.age * 604800000000 >= a.from_week
    AND a.act_week + f.age * 604800000000 < a.to_week
    AND a.act_week + f.age * 604800000000 <= c.as_of_at
    AND a.act_week + f.age * 604800000000 >= s.from_at
    AND a.act_week + f.age * 604800000000 < s.until_at
WHERE a.act_week < s.until_at
AND a.act_week > s.from_at - 15724800000000
GROUP BY a.interest, a.actor, a.act_week + f.age * 604800000000

-- What an account's actors together did about a solution in the 26 weeks up to each Monday, as known that day. Fading is in thousandths:
-- sums of whole numbers come out the same on every engine and in every order.
SELECT
    a.interest,
    a.act_week + f.age * 604800000000 AS week_at,
    CAST(SUM(CASE WHEN f.age < 4 THEN a.acts ELSE 0 END) AS BIGINT) AS acts_4,
    CAST(SUM(CASE WHEN f.age < 13 THEN a.acts ELSE 0 END) AS BIGINT) AS acts_13,
    CAST(SUM(a.acts) AS BIGINT) AS acts_26,
    CAST(SUM(CASE WHEN f.age < 4 THEN a.points ELSE 0 END) AS BIGINT) AS points_4,
    CAST(SUM(CASE WHEN f.age < 13 THEN a.points ELSE 0 END) AS BIGINT) AS points_13,
    CAST(SUM(a.points) AS BIGINT) AS points_26,
    CAST(SUM(a.points * f.fast) AS BIGINT) AS fast,
    CAST(SUM(a.points * f.slow) AS BIGINT) AS slow,
    CAST(SUM(CASE WHEN f.age < 13 THEN a.demos ELSE 0 END) AS BIGINT) AS demos,
    CAST(SUM(CASE WHEN f.age < 13 THEN a.prices ELSE 0 END) AS BIGINT) AS prices,
    CAST(SUM(CASE WHEN f.age < 13 THEN a.forms ELSE 0 END) AS BIGINT) AS forms,
    CAST(SUM(CASE WHEN f.age < 13 THEN a.events ELSE 0 END) AS BIGINT) AS events,
    CAST(SUM(CASE WHEN f.age < 13 THEN a.ads ELSE 0 END) AS BIGINT) AS ads,
    CAST(SUM(CASE WHEN f.age < 13 THEN a.reviews ELSE 0 END) AS BIGINT) AS reviews,
    CAST(SUM(CASE WHEN f.age < 13 THEN a.answers ELSE 0 END) AS BIGINT) AS answers
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
GROUP BY a.interest, a.act_week + f.age * 604800000000

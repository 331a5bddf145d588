-- Every account, solution and Monday at risk of an opening: with any sign of the account within 26 weeks, no open opportunity for
-- the solution and none won. `their` columns are about the company as a whole, `other` ones about other solutions.
-- Only `opens`, `opens_after_gap` and `opens_at` look ahead: they say what came in the weeks after that a chance is about, and nothing while these last.
WITH pooled AS (
    SELECT
        i.whole,
        a.week_at,
        CAST(SUM(CASE WHEN i.solution_id = '' THEN 0 ELSE a.points_13 END) AS BIGINT) AS points_13,
        CAST(SUM(CASE WHEN i.solution_id = '' THEN 0 ELSE a.fast END) AS BIGINT) AS fast,
        CAST(SUM(CASE WHEN i.solution_id = '' THEN 0 ELSE a.slow END) AS BIGINT) AS slow,
        CAST(SUM(CASE WHEN i.solution_id = '' THEN 0 ELSE a.people_13 END) AS BIGINT) AS people_13
    FROM account_week AS a
    JOIN interest AS i ON i.interest = a.interest
    GROUP BY i.whole, a.week_at
),

ruled AS (
    SELECT
        i.interest,
        r.week_at,
        r.score
    FROM rule_week AS r
    JOIN interest AS i ON i.account_id = r.account_id AND i.solution_id = r.solution_id
    JOIN panel_stretch AS s ON r.week_at >= s.from_at AND r.week_at < s.until_at
),

history AS (
    SELECT
        p.whole,
        p.week_at,
        CAST(SUM(p.opened) AS BIGINT) AS opened,
        CAST(SUM(p.won) AS BIGINT) AS won
    FROM past_week AS p
    GROUP BY p.whole, p.week_at
)

SELECT
    k.account_id,
    k.solution_id,
    o.week_at,
    CASE WHEN z.ends_at > c.as_of_at THEN NULL WHEN y.opens_at IS NULL THEN 0 ELSE 1 END AS opens,
    CASE WHEN z.ends_at > c.as_of_at THEN NULL ELSE COALESCE(y.opens_after_gap, FALSE) END AS opens_after_gap,
    CASE WHEN z.ends_at > c.as_of_at THEN NULL ELSE y.opens_at END AS opens_at,
    k.first_act,
    SUBSTRING(MD5(k.first_act || k.solution_id || CAST(o.week_at AS VARCHAR)), 1, 2) AS draw,
    COALESCE(r.score, 0) AS score,
    CASE WHEN r.score IS NULL THEN 0 ELSE 1 END AS in_group,
    COALESCE(a.age, 26) AS age,
    COALESCE(a.acts_4, 0) AS acts_4,
    COALESCE(a.acts_13, 0) AS acts_13,
    COALESCE(a.acts_26, 0) AS acts_26,
    COALESCE(a.points_4, 0) AS points_4,
    COALESCE(a.points_13, 0) AS points_13,
    COALESCE(a.points_26, 0) AS points_26,
    COALESCE(a.fast, 0) AS fast,
    COALESCE(a.slow, 0) AS slow,
    COALESCE(a.demos, 0) AS demos,
    COALESCE(a.prices, 0) AS prices,
    COALESCE(a.forms, 0) AS forms,
    COALESCE(a.events, 0) AS events,
    COALESCE(a.ads, 0) AS ads,
    COALESCE(a.reviews, 0) AS reviews,
    COALESCE(a.answers, 0) AS answers,
    COALESCE(a.people_4, 0) AS people_4,
    COALESCE(a.people_13, 0) AS people_13,
    COALESCE(a.people_26, 0) AS people_26,
    COALESCE(a.visitors_4, 0) AS visitors_4,
    COALESCE(a.visitors_13, 0) AS visitors_13,
    COALESCE(a.visitors_26, 0) AS visitors_26,
    COALESCE(a.seniors_4, 0) AS seniors_4,
    COALESCE(a.seniors_13, 0) AS seniors_13,
    COALESCE(a.functions, 0) AS functions,
    COALESCE(a.largest, 0) AS largest,
    COALESCE(s.shares, 0) AS shares,
    COALESCE(s.upward, 0) AS upward,
    COALESCE(g.acts_4, 0) AS their_acts_4,
    COALESCE(g.acts_13, 0) AS their_acts_13,
    COALESCE(g.points_13, 0) AS their_points_13,
    COALESCE(g.fast, 0) AS their_fast,
    COALESCE(g.slow, 0) AS their_slow,
    COALESCE(g.demos, 0) AS their_demos,
    COALESCE(g.prices, 0) AS their_prices,
    COALESCE(g.people_13, 0) AS their_people_13,
    COALESCE(g.visitors_13, 0) AS their_visitors_13,
    COALESCE(g.seniors_13, 0) AS their_seniors_13,
    o.points_13 - COALESCE(a.points_13, 0) AS other_points_13,
    o.fast - COALESCE(a.fast, 0) AS other_fast,
    o.slow - COALESCE(a.slow, 0) AS other_slow,
    o.people_13 - COALESCE(a.people_13, 0) AS other_people_13,
    COALESCE(f.fit, 0) AS fit,
    COALESCE(h.opened, 0) AS past_opened,
    COALESCE(h.won, 0) AS past_won,
    COALESCE(p.opened, 0) AS past_opened_here
FROM pooled AS o
CROSS JOIN clock AS c
JOIN chance_week AS z ON z.week_at = o.week_at
JOIN interest AS k ON k.whole = o.whole AND k.since <= o.week_at
LEFT JOIN account_week AS a ON a.interest = k.interest AND a.week_at = o.week_at
LEFT JOIN account_week AS g ON g.interest = o.whole AND g.week_at = o.week_at
LEFT JOIN share_week AS s ON s.interest = k.interest AND s.week_at = o.week_at
LEFT JOIN fit_week AS f ON f.whole = o.whole AND f.week_at = o.week_at
LEFT JOIN history AS h ON h.whole = o.whole AND h.week_at = o.week_at
LEFT JOIN past_week AS p ON p.interest = k.interest AND p.week_at = o.week_at
LEFT JOIN ruled AS r ON r.interest = k.interest AND r.week_at = o.week_at
LEFT JOIN opening_week AS y ON y.interest = k.interest AND y.week_at = o.week_at
WHERE COALESCE(p.still_open, 0) = 0
AND COALESCE(p.won, 0) = 0

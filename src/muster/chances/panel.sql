-- Every account, solution and Monday at risk of an opening: with a sign of interest in the solution within 26 weeks, no open
-- opportunity for it and none won. `theirs` columns are about the company as a whole, `other` ones about other solutions.
WITH other AS (
    SELECT
        a.account_id,
        a.week_at,
        CAST(SUM(a.points_13) AS BIGINT) AS points_13,
        CAST(SUM(a.fast) AS BIGINT) AS fast,
        CAST(SUM(a.slow) AS BIGINT) AS slow,
        CAST(SUM(a.people_13) AS BIGINT) AS people_13
    FROM account_week AS a
    WHERE a.solution_id <> ''
    GROUP BY a.account_id, a.week_at
),

history AS (
    SELECT
        p.account_id,
        p.week_at,
        CAST(SUM(p.opened) AS BIGINT) AS opened,
        CAST(SUM(p.won) AS BIGINT) AS won
    FROM past_week AS p
    GROUP BY p.account_id, p.week_at
)

SELECT
    a.account_id,
    a.solution_id,
    a.week_at,
    CASE WHEN y.opens_at IS NULL THEN 0 ELSE 1 END AS opens,
    COALESCE(y.opens_after_gap, FALSE) AS opens_after_gap,
    y.opens_at,
    SUBSTRING(MD5(a.account_id || a.solution_id || CAST(a.week_at AS VARCHAR)), 1, 2) AS draw,
    COALESCE(r.score, 0) AS score,
    CASE WHEN r.score IS NULL THEN 0 ELSE 1 END AS in_group,
    a.age,
    a.acts_4,
    a.acts_13,
    a.acts_26,
    a.points_4,
    a.points_13,
    a.points_26,
    a.fast,
    a.slow,
    a.demos,
    a.prices,
    a.forms,
    a.events,
    a.ads,
    a.reviews,
    a.answers,
    a.people_4,
    a.people_13,
    a.people_26,
    a.visitors_4,
    a.visitors_13,
    a.visitors_26,
    a.seniors_4,
    a.seniors_13,
    a.functions,
    a.largest,
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
    o.points_13 - a.points_13 AS other_points_13,
    o.fast - a.fast AS other_fast,
    o.slow - a.slow AS other_slow,
    o.people_13 - a.people_13 AS other_people_13,
    COALESCE(f.fit, 0) AS fit,
    COALESCE(h.opened, 0) AS past_opened,
    COALESCE(h.won, 0) AS past_won,
    COALESCE(p.opened, 0) AS past_opened_here
FROM account_week AS a
JOIN other AS o ON o.account_id = a.account_id AND o.week_at = a.week_at
LEFT JOIN account_week AS g ON g.account_id = a.account_id AND g.week_at = a.week_at AND g.solution_id = ''
LEFT JOIN share_week AS s ON s.account_id = a.account_id AND s.solution_id = a.solution_id AND s.week_at = a.week_at
LEFT JOIN fit_week AS f ON f.account_id = a.account_id AND f.week_at = a.week_at
LEFT JOIN history AS h ON h.account_id = a.account_id AND h.week_at = a.week_at
LEFT JOIN past_week AS p ON p.account_id = a.account_id AND p.solution_id = a.solution_id AND p.week_at = a.week_at
LEFT JOIN rule_week AS r ON r.account_id = a.account_id AND r.solution_id = a.solution_id AND r.week_at = a.week_at
LEFT JOIN opening_week AS y ON y.account_id = a.account_id AND y.solution_id = a.solution_id AND y.week_at = a.week_at
WHERE a.solution_id <> ''
AND COALESCE(p.still_open, 0) = 0
AND COALESCE(p.won, 0) = 0

-- For each Monday, the first opportunity to open within the weeks that its chances are about (13, unless the rules say otherwise), and
-- whether one opens later than the first two of them.
SELECT
    i.interest,
    w.week_at,
    MIN(o.created_at) AS opens_at,
    MAX(CASE WHEN o.created_at > w.week_at + 1209600000000 THEN 1 ELSE 0 END) = 1 AS opens_after_gap
FROM foretold_opening AS o
JOIN interest AS i ON i.account_id = o.account_id AND i.solution_id = o.solution_id
JOIN chance_week AS w ON w.week_at < o.created_at AND o.created_at <= w.ends_at
JOIN panel_stretch AS s ON w.week_at >= s.from_at AND w.week_at < s.until_at
GROUP BY i.interest, w.week_at

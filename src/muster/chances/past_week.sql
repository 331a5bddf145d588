-- Opportunities an account had by each Monday: all of them, those it won, those for each solution.
SELECT
    o.account_id,
    o.solution_id,
    w.week_at,
    COUNT(*) AS opened,
    CAST(SUM(CASE WHEN o.is_won AND o.closed_at <= w.week_at THEN 1 ELSE 0 END) AS BIGINT) AS won,
    CAST(SUM(CASE WHEN o.closed_at <= w.week_at THEN 0 ELSE 1 END) AS BIGINT) AS still_open
FROM account_opportunity AS o
JOIN week AS w ON w.week_at >= o.created_at
JOIN panel_stretch AS s ON w.week_at >= s.from_at AND w.week_at < s.until_at
WHERE o.account_id IS NOT NULL
GROUP BY o.account_id, o.solution_id, w.week_at

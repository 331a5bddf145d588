-- Opportunities an account had by each Monday: all of them, those it won, those for each solution. Solutions that nobody is asked about
-- have no number, and count for the account all the same.
SELECT
    a.interest AS whole,
    i.interest,
    w.week_at,
    COUNT(*) AS opened,
    CAST(SUM(CASE WHEN o.is_won AND o.closed_at <= w.week_at THEN 1 ELSE 0 END) AS BIGINT) AS won,
    CAST(SUM(CASE WHEN o.closed_at <= w.week_at THEN 0 ELSE 1 END) AS BIGINT) AS still_open
FROM account_opportunity AS o
JOIN interest AS a ON a.account_id = o.account_id AND a.solution_id = ''
LEFT JOIN interest AS i ON i.account_id = o.account_id AND i.solution_id = o.solution_id
JOIN week AS w ON w.week_at >= o.created_at
JOIN panel_stretch AS s ON w.week_at >= s.from_at AND w.week_at < s.until_at
GROUP BY a.interest, i.interest, w.week_at

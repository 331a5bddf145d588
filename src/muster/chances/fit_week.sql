-- Fit points of each account by each Monday from which another is known.
SELECT
    i.interest AS whole,
    w.week_at,
    CAST(SUM(f.points) AS BIGINT) AS fit
FROM fit_point AS f
JOIN interest AS i ON i.account_id = f.account_id AND i.solution_id = ''
JOIN week AS w ON w.week_at >= f.known_at
JOIN panel_stretch AS s ON w.week_at >= s.from_at AND w.week_at < s.until_at
GROUP BY i.interest, w.week_at

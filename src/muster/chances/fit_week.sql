-- Fit points of each account by each Monday from which another is known.
SELECT
    f.account_id,
    w.week_at,
    CAST(SUM(f.points) AS BIGINT) AS fit
FROM fit_point AS f
JOIN week AS w ON w.week_at >= f.known_at
JOIN panel_stretch AS s ON w.week_at >= s.from_at AND w.week_at < s.until_at
GROUP BY f.account_id, w.week_at

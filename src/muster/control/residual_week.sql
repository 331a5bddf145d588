-- Of each Monday whose weeks (13, unless the rules say otherwise) are over: how many openings came, how many the chances said, and their variance (in millionths).
SELECT
    k.scored_at AS week_at,
    COUNT(*) AS row_count,
    CAST(SUM(p.opens) AS BIGINT) AS opened_count,
    CAST(SUM(CAST(FLOOR(1e6 * k.p_open + 5e-1) AS BIGINT)) AS BIGINT) AS expected,
    CAST(SUM(CAST(FLOOR(1e6 * k.p_open * (1e0 - k.p_open) + 5e-1) AS BIGINT)) AS BIGINT) AS variance
FROM chance AS k
JOIN panel AS p ON p.account_id = k.account_id AND p.solution_id = k.solution_id AND p.week_at = k.scored_at
WHERE k.p_open IS NOT NULL
AND p.opens IS NOT NULL
GROUP BY k.scored_at

-- Reads of what a colleague passed on in the 13 weeks up to each Monday, as known that day, and those by somebody more senior.
WITH read AS (
    SELECT s.account_id, s.solution_id, s.known_at AS from_at, s.read_at, 1 AS is_share, 0 AS is_upward
    FROM share AS s
    WHERE s.solution_id IS NOT NULL
    UNION ALL
    SELECT s.account_id, s.solution_id, s.upward_at AS from_at, s.read_at, 0 AS is_share, 1 AS is_upward
    FROM share AS s
    WHERE s.solution_id IS NOT NULL
    AND s.is_upward
)

SELECT
    i.interest,
    w.week_at,
    CAST(SUM(r.is_share) AS BIGINT) AS shares,
    CAST(SUM(r.is_upward) AS BIGINT) AS upward
FROM read AS r
JOIN interest AS i ON i.account_id = r.account_id AND i.solution_id = r.solution_id
JOIN week AS w
    ON w.week_at >= r.from_at AND w.week_at >= r.read_at AND w.week_at < r.read_at + 7862400000000
JOIN panel_stretch AS s ON w.week_at >= s.from_at AND w.week_at < s.until_at
GROUP BY i.interest, w.week_at

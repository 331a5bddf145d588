-- As observed until each Monday: of groups with such a score a horizon (13 weeks, unless the rules say otherwise) or longer ago, the part
-- that opened an opportunity within it. Bands borrow from all bands; where openings are fewer than the rules ask for, the data are thin
-- and there is no rate.
WITH asked AS (
    SELECT DISTINCT
        w.horizon_us
    FROM chance_week AS w
),

grid AS (
    SELECT
        w.week_at,
        b.band,
        a.horizon_us,
        COALESCE(c.groups, 0) AS groups,
        COALESCE(c.opened, 0) AS opened
    FROM week AS w
    CROSS JOIN band AS b
    CROSS JOIN asked AS a
    LEFT JOIN opening_count AS c ON c.week_at = w.week_at AND c.horizon_us = a.horizon_us AND c.band = b.band
),

summed AS (
    SELECT
        g.week_at,
        g.band,
        g.horizon_us,
        CAST(SUM(g.groups) OVER (
            PARTITION BY g.horizon_us, g.band ORDER BY g.week_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS groups,
        CAST(SUM(g.opened) OVER (
            PARTITION BY g.horizon_us, g.band ORDER BY g.week_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS opened
    FROM grid AS g
),

overall AS (
    SELECT
        s.week_at,
        s.horizon_us,
        CAST(SUM(s.groups) AS BIGINT) AS groups,
        CAST(SUM(s.opened) AS BIGINT) AS opened
    FROM summed AS s
    GROUP BY s.week_at, s.horizon_us
),

openings AS (
    SELECT
        w.week_at,
        COUNT(o.opportunity_id) AS openings
    FROM chance_week AS w
    JOIN account_opportunity AS o ON o.created_at <= w.over_at
    GROUP BY w.week_at
)

SELECT
    w.week_at,
    s.band,
    CASE
        WHEN n.openings >= w.fewest_openings AND o.groups > 0
            THEN (s.opened + CAST(w.borrowed_groups AS DOUBLE) * o.opened / o.groups) 
                / NULLIF(s.groups + CAST(w.borrowed_groups AS DOUBLE), 0)
    END AS p_open
FROM chance_week AS w
JOIN summed AS s ON s.week_at = w.over_at AND s.horizon_us = w.horizon_us
JOIN overall AS o ON o.week_at = w.over_at AND o.horizon_us = w.horizon_us
JOIN openings AS n ON n.week_at = w.week_at

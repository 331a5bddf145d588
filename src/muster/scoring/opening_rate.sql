-- As observed until each Monday: of groups with such a score 13 weeks or longer ago, the part that opened an opportunity.
-- Bands borrow from all bands with the weight of 20 groups; under 40 opportunities the data are thin and there is no rate.
WITH grid AS (
    SELECT
        w.week_at,
        b.band,
        COALESCE(c.groups, 0) AS groups,
        COALESCE(c.opened, 0) AS opened
    FROM week AS w
    CROSS JOIN band AS b
    LEFT JOIN opening_count AS c ON c.week_at = w.week_at - 7862400000000 AND c.band = b.band
),

summed AS (
    SELECT
        g.week_at,
        g.band,
        CAST(SUM(g.groups) OVER (PARTITION BY g.band ORDER BY g.week_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS groups,
        CAST(SUM(g.opened) OVER (PARTITION BY g.band ORDER BY g.week_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS opened
    FROM grid AS g
),

overall AS (
    SELECT
        s.week_at,
        CAST(SUM(s.groups) AS BIGINT) AS groups,
        CAST(SUM(s.opened) AS BIGINT) AS opened
    FROM summed AS s
    GROUP BY s.week_at
),

openings AS (
    SELECT
        w.week_at,
        COUNT(o.opportunity_id) AS openings
    FROM week AS w
    LEFT JOIN account_opportunity AS o ON o.created_at <= w.week_at - 7862400000000
    GROUP BY w.week_at
)

SELECT
    s.week_at,
    s.band,
    CASE
        WHEN n.openings >= 40 AND o.groups > 0
            THEN (s.opened + 2e1 * o.opened / o.groups) / (s.groups + 2e1)
    END AS p_open
FROM summed AS s
JOIN overall AS o ON o.week_at = s.week_at
JOIN openings AS n ON n.week_at = s.week_at

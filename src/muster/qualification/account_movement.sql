-- Groups moving into and out of qualified, week by week, and how many groups and accounts were qualified at its end.
WITH moved AS (
    SELECT
        w.week_at,
        CAST(SUM(CASE WHEN s.from_at >= w.week_at AND s.from_at < w.week_at + 604800000000 THEN 1 ELSE 0 END) AS BIGINT) AS entered_count,
        CAST(SUM(CASE WHEN s.to_at >= w.week_at AND s.to_at < w.week_at + 604800000000 THEN 1 ELSE 0 END) AS BIGINT) AS left_count,
        COUNT(DISTINCT CASE
            WHEN COALESCE(s.to_at, 9000000000000000) > LEAST(w.week_at + 604800000000, c.as_of_at) THEN s.buying_group_id
        END) AS qualified_count,
        COUNT(DISTINCT CASE
            WHEN COALESCE(s.to_at, 9000000000000000) > LEAST(w.week_at + 604800000000, c.as_of_at) THEN g.account_id
        END) AS qualified_account_count
    FROM week AS w
    CROSS JOIN clock AS c
    JOIN qualified_stretch AS s
        ON s.from_at < w.week_at + 604800000000 AND (s.to_at IS NULL OR s.to_at >= w.week_at)
    JOIN group_cycle AS g ON g.buying_group_id = s.buying_group_id
    GROUP BY w.week_at
)

SELECT
    w.week_at AS week_on,
    COALESCE(m.entered_count, 0) AS entered_count,
    COALESCE(m.left_count, 0) AS left_count,
    COALESCE(m.qualified_count, 0) AS qualified_count,
    COALESCE(m.qualified_account_count, 0) AS qualified_account_count
FROM week AS w
LEFT JOIN moved AS m ON m.week_at = w.week_at

-- The stretches after a rejection in which a group cannot qualify; rejections within a cool-down prolong it.
WITH spanned AS (
    SELECT
        r.buying_group_id,
        r.at,
        r.at + p.cool_down_us AS to_at
    FROM rejection AS r
    JOIN rule_policy AS p ON p.from_at <= r.at AND r.at < p.to_at
),

reached AS (
    SELECT
        s.buying_group_id,
        s.at,
        s.to_at,
        MAX(s.to_at) OVER (
            PARTITION BY s.buying_group_id ORDER BY s.at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS cool_until
    FROM spanned AS s
),

numbered AS (
    SELECT
        r.buying_group_id,
        r.at,
        r.to_at,
        CAST(SUM(CASE WHEN r.cool_until >= r.at THEN 0 ELSE 1 END) OVER (
            PARTITION BY r.buying_group_id ORDER BY r.at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS stretch
    FROM reached AS r
)

SELECT
    n.buying_group_id,
    MIN(n.at) AS from_at,
    MAX(n.to_at) AS to_at
FROM numbered AS n
GROUP BY n.buying_group_id, n.stretch

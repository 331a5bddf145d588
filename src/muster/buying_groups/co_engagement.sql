-- Co-engagement beyond chance: how often colleagues opened the same content within so many days, and how often they would have by
-- chance, told three ways: everybody's time moved by weeks (promises most, as groups read while they buy), contents drawn by lot
-- with interest kept, and dealt out anew within the account's four weeks (promises least, as it takes what was passed on for chance).
-- A pair that was passed on had no chance to come about by chance: the higher excess counts chance among the others alone.
WITH told AS (
    SELECT
        f.within_days * k.by_days AS within_days,
        CASE WHEN k.by_first = 1 THEN f.first_came ELSE 'any' END AS first_came,
        COUNT(*) AS following_count,
        CAST(SUM(f.is_same) AS BIGINT) AS pair_count,
        CAST(SUM(f.chance_by_interest) AS BIGINT) / 1e6 AS expected_by_interest,
        CAST(SUM(f.chance_by_block) AS BIGINT) / 1e6 AS expected_by_block,
        CAST(SUM(INT_DIV(f.chance_by_interest * (1000000 - f.chance_by_interest), 1000000)) AS BIGINT) / 1e6 AS variance_by_interest,
        CAST(SUM(INT_DIV(f.chance_by_block * (1000000 - f.chance_by_block), 1000000)) AS BIGINT) / 1e6 AS variance_by_block
    FROM following_opening AS f
    CROSS JOIN (
        SELECT 0 AS by_days, 0 AS by_first
        UNION ALL SELECT 1 AS by_days, 0 AS by_first
        UNION ALL SELECT 0 AS by_days, 1 AS by_first
        UNION ALL SELECT 1 AS by_days, 1 AS by_first
    ) AS k
    GROUP BY f.within_days * k.by_days, CASE WHEN k.by_first = 1 THEN f.first_came ELSE 'any' END
),

shifted AS (
    SELECT
        t.within_days,
        t.first_came,
        COALESCE(CAST(SUM(s.pair_count) AS BIGINT), 0) / 8e0 AS expected_by_shift
    FROM told AS t
    LEFT JOIN shifted_opening AS s
        ON (t.within_days = 0 OR t.within_days = s.within_days)
        AND (t.first_came = 'any' OR t.first_came = s.first_came)
    GROUP BY t.within_days, t.first_came
)

SELECT
    t.within_days,
    t.first_came,
    t.following_count,
    t.pair_count,
    s.expected_by_shift,
    t.expected_by_interest,
    t.expected_by_block,
    GREATEST(t.pair_count - t.expected_by_block - 1.96e0 * SQRT(t.variance_by_block), 0e0) AS excess_low,
    LEAST(GREATEST(
        t.following_count * (t.pair_count - t.expected_by_interest) / GREATEST(t.following_count - t.expected_by_interest, 1e0)
            + 1.96e0 * SQRT(t.variance_by_interest), 0e0
    ), CAST(t.pair_count AS DOUBLE)) AS excess_high,
    GREATEST(1e0 - t.expected_by_interest / NULLIF(t.pair_count, 0), 0e0) AS beyond_chance_high,
    GREATEST(1e0 - t.expected_by_block / NULLIF(t.pair_count, 0), 0e0) AS beyond_chance_low
FROM told AS t
JOIN shifted AS s ON s.within_days = t.within_days AND s.first_came = t.first_came
WHERE t.following_count > 0

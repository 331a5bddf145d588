-- Co-engagement beyond chance: how often colleagues opened the same content within so many days, how often they would have by lot,
-- and the part beyond that, once with interest kept and once with the account's timing kept too: the truth lies between the two.
WITH counted AS (
    SELECT
        f.within_days,
        CAST(SUM(f.is_same) AS BIGINT) AS pair_count,
        CAST(SUM(f.chance_by_interest) AS BIGINT) / 1e6 AS expected_by_interest,
        CAST(SUM(f.chance_by_block) AS BIGINT) / 1e6 AS expected_by_block
    FROM following_opening AS f
    GROUP BY f.within_days
    UNION ALL
    SELECT
        0 AS within_days,
        CAST(SUM(f.is_same) AS BIGINT) AS pair_count,
        CAST(SUM(f.chance_by_interest) AS BIGINT) / 1e6 AS expected_by_interest,
        CAST(SUM(f.chance_by_block) AS BIGINT) / 1e6 AS expected_by_block
    FROM following_opening AS f
)

SELECT
    c.within_days,
    c.pair_count,
    c.expected_by_interest,
    c.expected_by_block,
    GREATEST(1e0 - c.expected_by_interest / NULLIF(c.pair_count, 0), 0e0) AS beyond_chance_high,
    GREATEST(1e0 - c.expected_by_block / NULLIF(c.pair_count, 0), 0e0) AS beyond_chance_low
FROM counted AS c
WHERE c.pair_count > 0

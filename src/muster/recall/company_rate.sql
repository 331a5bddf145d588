-- What one unit of each currency was worth in the company's own, from when to when: a rate holds until the next, and no longer than
-- rules/finance.csv allows. Kept as seven digits over a power of ten, so that no sum of money touches a float.
WITH rated AS (
    SELECT
        x.currency,
        x.rate_on AS from_at,
        LEAD(x.rate_on) OVER (PARTITION BY x.currency ORDER BY x.rate_on) AS next_on,
        x.rate,
        CASE
            WHEN x.rate >= 1e5 THEN 10
            WHEN x.rate >= 1e4 THEN 100
            WHEN x.rate >= 1e3 THEN 1000
            WHEN x.rate >= 1e2 THEN 10000
            WHEN x.rate >= 1e1 THEN 100000
            WHEN x.rate >= 1e0 THEN 1000000
            WHEN x.rate >= 1e-1 THEN 10000000
            WHEN x.rate >= 1e-2 THEN 100000000
            WHEN x.rate >= 1e-3 THEN 1000000000
            WHEN x.rate >= 1e-4 THEN 10000000000
            ELSE 100000000000
        END AS scale
    FROM exchange_rate AS x
    CROSS JOIN clock AS c
    WHERE x.known_at <= c.as_of_at
    AND x.rate_on <= c.as_of_at
    AND x.rate > 0
    AND x.currency <> c.currency
)

SELECT
    r.currency,
    r.from_at,
    LEAST(COALESCE(r.next_on, 9000000000000000), r.from_at + f.rate_good_us) AS to_at,
    CAST(FLOOR(r.rate * r.scale + 5e-1) AS BIGINT) AS digits,
    CAST(r.scale AS BIGINT) AS scale
FROM rated AS r
JOIN rule_finance AS f ON f.from_at <= r.from_at AND r.from_at < f.to_at
UNION ALL
SELECT
    c.currency,
    CAST(0 AS BIGINT) AS from_at,
    CAST(9000000000000000 AS BIGINT) AS to_at,
    CAST(1 AS BIGINT) AS digits,
    CAST(1 AS BIGINT) AS scale
FROM clock AS c

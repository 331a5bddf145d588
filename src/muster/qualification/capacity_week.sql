-- How many groups sales can take on each Monday, by pool: solutions with a capacity of their own, and all others together.
-- What is less than a whole group counts towards the Mondays after; places that nobody took do not.
WITH described AS (
    SELECT
        w.week_at,
        COUNT(r.account_record_id) AS account_count
    FROM week AS w
    LEFT JOIN known_account_record AS r ON r.known_at <= w.week_at
    GROUP BY w.week_at
),

share AS (
    SELECT
        c.solution_id AS pool,
        d.week_at,
        CAST(FLOOR(c.groups_a_week * 1e6 * CASE WHEN c.per = '1000_accounts' THEN d.account_count / 1e3 ELSE 1e0 END + 5e-1) AS BIGINT) AS millionths
    FROM rule_capacity AS c
    JOIN described AS d ON c.from_at <= d.week_at AND d.week_at < c.to_at
),

so_far AS (
    SELECT
        s.pool,
        s.week_at,
        s.millionths,
        CAST(SUM(s.millionths) OVER (
            PARTITION BY s.pool ORDER BY s.week_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS summed
    FROM share AS s
)

SELECT
    f.pool,
    f.week_at,
    INT_DIV(f.summed, 1000000) - INT_DIV(f.summed - f.millionths, 1000000) AS slots
FROM so_far AS f

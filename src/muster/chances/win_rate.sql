-- As observed until each Monday: the part of a solution's closed opportunities that were won, and their mean amount.
-- Solutions borrow from all with the weight of 10 opportunities; under 40 closed ones the data are thin and there is no rate.
WITH so_far AS (
    SELECT
        w.week_at,
        o.solution_id,
        COUNT(*) AS closed,
        CAST(SUM(CASE WHEN o.is_won THEN 1 ELSE 0 END) AS BIGINT) AS won,
        CAST(SUM(CASE WHEN o.is_won AND o.currency = c.currency THEN 1 ELSE 0 END) AS BIGINT) AS won_in_currency,
        CAST(SUM(CASE WHEN o.is_won AND o.currency = c.currency THEN o.amount_cents ELSE 0 END) AS BIGINT) AS won_cents
    FROM week AS w
    CROSS JOIN clock AS c
    JOIN account_opportunity AS o ON o.closed_at <= w.week_at
    GROUP BY w.week_at, o.solution_id
),

overall AS (
    SELECT
        s.week_at,
        CAST(SUM(s.closed) AS BIGINT) AS closed,
        CAST(SUM(s.won) AS BIGINT) AS won
    FROM so_far AS s
    GROUP BY s.week_at
)

SELECT
    s.week_at,
    s.solution_id,
    (s.won + 1e1 * o.won / NULLIF(o.closed, 0)) / (s.closed + 1e1) AS p_win,
    CASE WHEN s.won_in_currency > 0 THEN INT_DIV(s.won_cents, GREATEST(s.won_in_currency, 1)) END AS mean_won_cents
FROM so_far AS s
JOIN overall AS o ON o.week_at = s.week_at
WHERE o.closed >= 40

-- Dollars a day in each quarter: closed x win rate x mean won amount / mean cycle days. Only closed opportunities count; how
-- many were open at the quarter's end stands beside it. Records that were made after their deal had closed tell no cycle.
WITH closed AS (
    SELECT
        q.quarter_on,
        o.solution_id,
        o.currency,
        o.is_won,
        o.amount_cents,
        CASE WHEN o.booked_at >= o.created_at THEN o.booked_at - o.created_at END AS cycle_us
    FROM account_opportunity AS o
    JOIN quarter AS q ON o.booked_at >= q.quarter_on AND o.booked_at < q.next_quarter_on
),

sliced AS (
    SELECT c.quarter_on, c.solution_id, c.currency, c.is_won, c.amount_cents, c.cycle_us
    FROM closed AS c
    UNION ALL
    SELECT c.quarter_on, '(all)' AS solution_id, c.currency, c.is_won, c.amount_cents, c.cycle_us
    FROM closed AS c
),

still_open AS (
    SELECT
        q.quarter_on,
        o.solution_id,
        o.currency,
        COUNT(*) AS open_count
    FROM quarter AS q
    CROSS JOIN clock AS k
    JOIN account_opportunity AS o
        ON o.created_at < LEAST(q.next_quarter_on, k.as_of_at + 1)
        AND (o.closed_at IS NULL OR o.closed_at >= q.next_quarter_on)
    GROUP BY q.quarter_on, o.solution_id, o.currency
),

open_sliced AS (
    SELECT s.quarter_on, s.solution_id, s.currency, s.open_count
    FROM still_open AS s
    UNION ALL
    SELECT s.quarter_on, '(all)' AS solution_id, s.currency, CAST(SUM(s.open_count) AS BIGINT) AS open_count
    FROM still_open AS s
    GROUP BY s.quarter_on, s.currency
),

summed AS (
    SELECT
        s.quarter_on,
        s.solution_id,
        s.currency,
        COUNT(*) AS closed_count,
        CAST(SUM(CASE WHEN s.is_won THEN 1 ELSE 0 END) AS BIGINT) AS won_count,
        CAST(SUM(CASE WHEN s.is_won THEN s.amount_cents ELSE 0 END) AS BIGINT) AS won_cents,
        INT_DIV(CAST(SUM(s.cycle_us) AS BIGINT), NULLIF(COUNT(s.cycle_us), 0)) / 8.64e10 AS mean_cycle_days
    FROM sliced AS s
    GROUP BY s.quarter_on, s.solution_id, s.currency
)

SELECT
    s.quarter_on AS period_on,
    s.solution_id,
    s.currency,
    s.closed_count,
    s.won_count,
    s.won_cents,
    CASE WHEN s.won_count > 0 THEN INT_DIV(s.won_cents, GREATEST(s.won_count, 1)) END AS mean_won_cents,
    CAST(s.won_count AS DOUBLE) / NULLIF(s.closed_count, 0) AS win_rate,
    s.mean_cycle_days,
    CASE WHEN s.mean_cycle_days > 0e0 THEN CAST(FLOOR(s.won_cents / NULLIF(s.mean_cycle_days, 0e0) + 5e-1) AS BIGINT) END AS dollars_per_day_cents,
    COALESCE(o.open_count, 0) AS open_count
FROM summed AS s
LEFT JOIN open_sliced AS o ON o.quarter_on = s.quarter_on AND o.solution_id = s.solution_id AND o.currency = s.currency

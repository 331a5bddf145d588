-- Spend booked in a quarter over the accounts whose first won opportunity closed in it. Salaries and tools are not in it, and
-- the customers of a quarter were mostly courted in earlier ones.
WITH spent AS (
    SELECT
        q.quarter_on,
        s.currency,
        CAST(SUM(s.amount_cents) AS BIGINT) AS spend_cents
    FROM known_spend AS s
    JOIN quarter AS q ON s.spent_on >= q.quarter_on AND s.spent_on < q.next_quarter_on
    GROUP BY q.quarter_on, s.currency
),

first_win AS (
    SELECT
        o.account_id,
        MIN(o.closed_at) AS won_at
    FROM account_opportunity AS o
    WHERE o.is_won
    AND o.account_id IS NOT NULL
    AND COALESCE(o.type, 'new_business') = 'new_business'
    GROUP BY o.account_id
),

customers AS (
    SELECT
        q.quarter_on,
        COUNT(*) AS customers_won
    FROM first_win AS f
    JOIN quarter AS q ON f.won_at >= q.quarter_on AND f.won_at < q.next_quarter_on
    GROUP BY q.quarter_on
)

SELECT
    s.quarter_on AS period_on,
    s.currency,
    s.spend_cents,
    COALESCE(c.customers_won, 0) AS customers_won,
    CASE WHEN c.customers_won > 0 THEN INT_DIV(s.spend_cents, GREATEST(c.customers_won, 1)) END AS cpa_cents,
    'spend on tactics only, without salaries and tools; same quarter, no lag' AS note
FROM spent AS s
LEFT JOIN customers AS c ON c.quarter_on = s.quarter_on

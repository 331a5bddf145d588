-- Spend booked in a quarter over the accounts whose first won opportunity, in the same currency, closed in it. Salaries and tools are not in it, and
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

win AS (
    SELECT
        o.account_id,
        o.currency,
        o.booked_at,
        ROW_NUMBER() OVER (PARTITION BY o.account_id ORDER BY o.booked_at, o.opportunity_id) AS number
    FROM account_opportunity AS o
    WHERE o.is_won
    AND o.account_id IS NOT NULL
    AND COALESCE(o.type, 'new_business') = 'new_business'
),

customers AS (
    SELECT
        q.quarter_on,
        w.currency,
        COUNT(*) AS customers_won
    FROM win AS w
    JOIN quarter AS q ON w.booked_at >= q.quarter_on AND w.booked_at < q.next_quarter_on
    WHERE w.number = 1
    GROUP BY q.quarter_on, w.currency
),

line AS (
    SELECT DISTINCT e.quarter_on, e.currency
    FROM (
        SELECT s.quarter_on, s.currency
        FROM spent AS s
        UNION ALL
        SELECT c.quarter_on, c.currency
        FROM customers AS c
    ) AS e
)

SELECT
    l.quarter_on AS period_on,
    l.currency,
    COALESCE(s.spend_cents, 0) AS spend_cents,
    COALESCE(c.customers_won, 0) AS customers_won,
    INT_DIV(s.spend_cents, NULLIF(c.customers_won, 0)) AS cpa_cents,
    'spend on tactics only, without salaries and tools; same quarter, no lag' AS note
FROM line AS l
LEFT JOIN spent AS s ON s.quarter_on = l.quarter_on AND s.currency = l.currency
LEFT JOIN customers AS c ON c.quarter_on = l.quarter_on AND c.currency = l.currency

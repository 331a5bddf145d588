-- What acquisition is reckoned from, in the company's currency: pipeline created, revenue won and first contracts by account and day; null
-- cents where no rate is known. An account goes by its first opportunity, since its own id may give way to another.
WITH placed AS (
    SELECT
        o.opportunity_id,
        o.account_id,
        MIN(o.opportunity_id) OVER (PARTITION BY COALESCE(o.account_id, o.opportunity_id)) AS buyer,
        COALESCE(o.type, 'new_business') AS type,
        o.amount_cents,
        o.currency,
        o.created_at,
        o.booked_at,
        o.is_won
    FROM account_opportunity AS o
),

first_win AS (
    SELECT
        p.buyer,
        p.booked_at,
        CASE WHEN p.booked_at >= p.created_at THEN p.booked_at - p.created_at END AS cycle_us,
        ROW_NUMBER() OVER (PARTITION BY p.account_id ORDER BY p.booked_at, p.opportunity_id) AS number
    FROM placed AS p
    WHERE p.is_won
    AND p.account_id IS NOT NULL
    AND p.type = 'new_business'
),

amount AS (
    SELECT 'pipeline' AS kind, p.buyer, p.created_at AS happened_at, p.amount_cents, p.currency
    FROM placed AS p
    UNION ALL
    SELECT 'revenue' AS kind, p.buyer, p.booked_at AS happened_at, p.amount_cents, p.currency
    FROM placed AS p
    WHERE p.is_won
    UNION ALL
    SELECT 'recurring' AS kind, m.account_id AS buyer, m.moved_on AS happened_at, m.change_cents AS amount_cents, m.currency
    FROM arr_movement AS m
    WHERE m.kind = 'new'
)

SELECT
    a.kind,
    a.buyer,
    a.happened_at,
    CASE WHEN a.amount_cents < 0 THEN -1 ELSE 1 END * (
        INT_DIV(ABS(a.amount_cents), NULLIF(x.scale, 0)) * x.digits
            + INT_DIV(MOD(ABS(a.amount_cents), NULLIF(x.scale, 0)) * x.digits + INT_DIV(x.scale, 2), NULLIF(x.scale, 0))
    ) AS company_cents,
    CAST(NULL AS BIGINT) AS cycle_us
FROM amount AS a
LEFT JOIN company_rate AS x ON x.currency = a.currency AND x.from_at <= a.happened_at AND a.happened_at < x.to_at
UNION ALL
SELECT
    'customer' AS kind,
    w.buyer,
    w.booked_at AS happened_at,
    CAST(0 AS BIGINT) AS company_cents,
    w.cycle_us
FROM first_win AS w
WHERE w.number = 1

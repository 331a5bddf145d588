-- What a customer brought over the whole relationship, divided over programmes by their credit of the deal that won the customer: revenue after
-- the sale, where the first deal has no amount or a small one. Brought is what its subscriptions came to by the as-of date, a twelfth of the
-- yearly sum for each whole month, or where it has none what it was won for; cents left go one each to the largest remainders.
WITH subscriber AS (
    SELECT DISTINCT a.account_id
    FROM known_subscription AS s
    JOIN account_alias AS a ON a.account_record_id = s.account_record_id
),

run AS (
    SELECT
        c.account_id,
        c.currency,
        c.arr_cents,
        c.starts_on,
        LEAST(COALESCE(c.ends_on, k.as_of_at), k.as_of_at - MOD(k.as_of_at, 86400000000)) AS until_on
    FROM contract AS c
    JOIN subscriber AS s ON s.account_id = c.account_id
    CROSS JOIN clock AS k
),

lived AS (
    SELECT
        r.account_id,
        r.currency,
        r.arr_cents,
        INT_DIV(LEAST(r.until_on, m.next_month_on) - GREATEST(r.starts_on, m.month_on), 86400000000) AS days,
        INT_DIV(m.next_month_on - m.month_on, 86400000000) AS month_days
    FROM run AS r
    JOIN month AS m ON r.starts_on < m.next_month_on AND m.month_on < r.until_on
    WHERE r.starts_on < r.until_on
),

brought AS (
    SELECT
        l.account_id,
        l.currency,
        'subscriptions' AS basis,
        CAST(SUM(INT_DIV(l.arr_cents * l.days + 6 * l.month_days, NULLIF(12 * l.month_days, 0))) AS BIGINT) AS cents
    FROM lived AS l
    GROUP BY l.account_id, l.currency
    UNION ALL
    SELECT
        o.account_id,
        o.currency,
        'opportunities' AS basis,
        CAST(SUM(o.amount_cents) AS BIGINT) AS cents
    FROM account_opportunity AS o
    LEFT JOIN subscriber AS s ON s.account_id = o.account_id
    WHERE o.is_won
    AND o.account_id IS NOT NULL
    AND s.account_id IS NULL
    GROUP BY o.account_id, o.currency
),

-- The deal that won the customer: its first.
winning AS (
    SELECT w.account_id, w.opportunity_id
    FROM (
        SELECT
            o.account_id,
            o.opportunity_id,
            ROW_NUMBER() OVER (PARTITION BY o.account_id ORDER BY o.booked_at, o.opportunity_id) AS place
        FROM account_opportunity AS o
        WHERE o.is_won
        AND o.account_id IS NOT NULL
    ) AS w
    WHERE w.place = 1
),

part AS (
    SELECT
        w.account_id,
        w.opportunity_id,
        c.attribution_model,
        CASE WHEN c.engagement_id IS NULL THEN '(unattributed)' ELSE COALESCE(k.program_id, '(no programme)') END AS program_id,
        CAST(SUM(CAST(FLOOR(c.share * 1e9 + 5e-1) AS BIGINT)) AS BIGINT) AS weight
    FROM winning AS w
    JOIN credit AS c ON c.opportunity_id = w.opportunity_id
    LEFT JOIN known_tactic AS k ON k.tactic_id = c.tactic_id
    GROUP BY
        w.account_id,
        w.opportunity_id,
        c.attribution_model,
        CASE WHEN c.engagement_id IS NULL THEN '(unattributed)' ELSE COALESCE(k.program_id, '(no programme)') END
    UNION ALL
    SELECT
        b.account_id,
        CAST(NULL AS VARCHAR) AS opportunity_id,
        m.attribution_model,
        '(unattributed)' AS program_id,
        1000000000 AS weight
    FROM (SELECT DISTINCT b.account_id FROM brought AS b) AS b
    CROSS JOIN attribution_model AS m
    LEFT JOIN winning AS w ON w.account_id = b.account_id
    WHERE w.account_id IS NULL
),

weighed AS (
    SELECT
        b.account_id,
        b.currency,
        b.basis,
        b.cents,
        p.attribution_model,
        p.program_id,
        p.opportunity_id,
        p.weight,
        CAST(SUM(p.weight) OVER (PARTITION BY b.account_id, b.currency, p.attribution_model) AS BIGINT) AS whole
    FROM brought AS b
    JOIN part AS p ON p.account_id = b.account_id
),

floored AS (
    SELECT
        w.account_id,
        w.currency,
        w.basis,
        w.cents,
        w.attribution_model,
        w.program_id,
        w.opportunity_id,
        w.weight / CAST(NULLIF(w.whole, 0) AS DOUBLE) AS share,
        INT_DIV(ABS(w.cents), NULLIF(w.whole, 0)) * w.weight
            + INT_DIV(MOD(ABS(w.cents), NULLIF(w.whole, 0)) * w.weight, NULLIF(w.whole, 0)) AS floor_cents,
        MOD(MOD(ABS(w.cents), NULLIF(w.whole, 0)) * w.weight, NULLIF(w.whole, 0)) AS rest
    FROM weighed AS w
),

turned AS (
    SELECT
        f.account_id,
        f.currency,
        f.basis,
        f.cents,
        f.attribution_model,
        f.program_id,
        f.opportunity_id,
        f.share,
        f.floor_cents,
        ABS(f.cents) - CAST(SUM(f.floor_cents) OVER (PARTITION BY f.account_id, f.currency, f.attribution_model) AS BIGINT) AS cents_left,
        ROW_NUMBER() OVER (PARTITION BY f.account_id, f.currency, f.attribution_model ORDER BY f.rest DESC, f.program_id) AS turn
    FROM floored AS f
)

SELECT
    t.account_id,
    t.currency,
    t.attribution_model,
    t.program_id,
    t.basis,
    t.opportunity_id,
    t.share,
    t.cents AS brought_cents,
    CASE WHEN t.cents < 0 THEN -1 ELSE 1 END * (t.floor_cents + CASE WHEN t.turn <= t.cents_left THEN 1 ELSE 0 END) AS credit_cents
FROM turned AS t

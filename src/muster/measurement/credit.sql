-- Credit in whole cents: every touch gets the floor of its part, the cents left go one each to the largest remainders
-- (Hamilton), so that an opportunity's credit adds up to its amount. Where there is no touch, all of it is unattributed.
-- A touch that serves its group in part weighs by that part; such weights are then made whole numbers of about a billion together.
WITH parted AS (
    SELECT
        w.opportunity_id,
        w.position,
        w.attribution_model,
        w.weight * t.parts AS weight,
        CASE
            WHEN MAX(t.parts) OVER (PARTITION BY w.opportunity_id, w.attribution_model) = 1 THEN 1
            ELSE INT_DIV(CAST(SUM(w.weight * t.parts) OVER (PARTITION BY w.opportunity_id, w.attribution_model) AS BIGINT), 1000000000) + 1
        END AS unit
    FROM credit_weight AS w
    JOIN touch AS t ON t.opportunity_id = w.opportunity_id AND t.position = w.position
    WHERE w.weight > 0
),

rounded AS (
    SELECT
        p.opportunity_id,
        p.position,
        p.attribution_model,
        GREATEST(INT_DIV(p.weight + INT_DIV(p.unit, 2), GREATEST(p.unit, 1)), 1) AS weight
    FROM parted AS p
),

weighed AS (
    SELECT
        w.opportunity_id,
        w.position,
        w.attribution_model,
        w.weight,
        CAST(SUM(w.weight) OVER (PARTITION BY w.opportunity_id, w.attribution_model) AS BIGINT) AS total_weight
    FROM rounded AS w
),

floored AS (
    SELECT
        w.opportunity_id,
        w.position,
        w.attribution_model,
        w.weight,
        w.total_weight,
        INT_DIV(ABS(o.amount_cents), NULLIF(w.total_weight, 0)) * w.weight
            + INT_DIV(MOD(ABS(o.amount_cents), NULLIF(w.total_weight, 0)) * w.weight, NULLIF(w.total_weight, 0)) AS base_cents,
        MOD(MOD(ABS(o.amount_cents), NULLIF(w.total_weight, 0)) * w.weight, NULLIF(w.total_weight, 0)) AS remainder,
        ABS(o.amount_cents) AS amount_cents,
        CASE WHEN o.amount_cents < 0 THEN -1 ELSE 1 END AS sign,
        o.currency,
        o.is_won
    FROM weighed AS w
    JOIN account_opportunity AS o ON o.opportunity_id = w.opportunity_id
),

ranked AS (
    SELECT
        f.opportunity_id,
        f.position,
        f.attribution_model,
        f.weight,
        f.total_weight,
        f.base_cents,
        f.amount_cents,
        f.sign,
        f.currency,
        f.is_won,
        f.amount_cents - CAST(SUM(f.base_cents) OVER (PARTITION BY f.opportunity_id, f.attribution_model) AS BIGINT) AS cents_left,
        ROW_NUMBER() OVER (
            PARTITION BY f.opportunity_id, f.attribution_model ORDER BY f.remainder DESC, f.position
        ) AS turn
    FROM floored AS f
),

touched AS (
    SELECT DISTINCT r.opportunity_id, r.attribution_model
    FROM ranked AS r
)

SELECT
    r.opportunity_id,
    t.engagement_id,
    r.attribution_model,
    t.tactic_id,
    r.weight / CAST(NULLIF(r.total_weight, 0) AS DOUBLE) AS share,
    r.sign * (r.base_cents + CASE WHEN r.turn <= r.cents_left THEN 1 ELSE 0 END) AS credit_cents,
    r.currency,
    r.is_won
FROM ranked AS r
JOIN touch AS t ON t.opportunity_id = r.opportunity_id AND t.position = r.position
UNION ALL
SELECT
    o.opportunity_id,
    CAST(NULL AS VARCHAR) AS engagement_id,
    m.attribution_model,
    CAST(NULL AS VARCHAR) AS tactic_id,
    1e0 AS share,
    o.amount_cents AS credit_cents,
    o.currency,
    o.is_won
FROM account_opportunity AS o
CROSS JOIN attribution_model AS m
LEFT JOIN touched AS t ON t.opportunity_id = o.opportunity_id AND t.attribution_model = m.attribution_model
WHERE t.opportunity_id IS NULL

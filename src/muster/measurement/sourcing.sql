-- What began each opportunity, by two stated definitions: the first touch of anyone in its group before it was created
-- (marketing, if a tactic or our own content brought it), and the word the CRM has for it.
WITH first_touch AS (
    SELECT
        t.opportunity_id,
        t.tactic_id
    FROM touch AS t
    WHERE t.position = 1
    AND t.occurred_at <= t.opportunity_at
),

-- The CRM's word: a campaign means marketing; else what rules/lead_sources.csv takes the source for. What no rule fits is unknown.
worded AS (
    SELECT
        o.opportunity_id,
        CASE
            WHEN o.tactic_id IS NOT NULL THEN 'marketing'
            ELSE COALESCE(r.sourced_by, 'unknown')
        END AS sourced_by,
        o.tactic_id,
        o.amount_cents,
        o.currency
    FROM account_opportunity AS o
    LEFT JOIN reading_lead_source AS r ON r.said = o.lead_source
)

SELECT
    o.opportunity_id,
    'first_touch' AS definition,
    CASE WHEN f.opportunity_id IS NOT NULL THEN 'marketing' ELSE 'unknown' END AS sourced_by,
    CASE WHEN f.opportunity_id IS NOT NULL THEN TRUE ELSE FALSE END AS is_marketing,
    f.tactic_id,
    o.amount_cents,
    o.currency
FROM account_opportunity AS o
LEFT JOIN first_touch AS f ON f.opportunity_id = o.opportunity_id
UNION ALL
SELECT
    w.opportunity_id,
    'crm_lead_source' AS definition,
    w.sourced_by,
    w.sourced_by = 'marketing' AS is_marketing,
    w.tactic_id,
    w.amount_cents,
    w.currency
FROM worded AS w

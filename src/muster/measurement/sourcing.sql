-- What began each opportunity, by two stated definitions: the first touch of anyone in its group before it was created
-- (marketing, if a tactic or our own content brought it), and the word the CRM has for it.
WITH first_touch AS (
    SELECT
        t.opportunity_id,
        t.tactic_id
    FROM touch AS t
    WHERE t.position = 1
    AND t.occurred_at <= t.opportunity_at
)

SELECT
    o.opportunity_id,
    'first_touch' AS definition,
    CASE WHEN f.opportunity_id IS NOT NULL THEN 'marketing' ELSE 'sales' END AS sourced_by,
    CASE WHEN f.opportunity_id IS NOT NULL THEN TRUE ELSE FALSE END AS is_marketing,
    f.tactic_id,
    o.amount_cents,
    o.currency
FROM account_opportunity AS o
LEFT JOIN first_touch AS f ON f.opportunity_id = o.opportunity_id
UNION ALL
SELECT
    o.opportunity_id,
    'crm_lead_source' AS definition,
    CASE
        WHEN o.tactic_id IS NOT NULL THEN 'marketing'
        WHEN o.lead_source IS NULL THEN 'unknown'
        WHEN LOWER(o.lead_source) LIKE '%sales%' OR LOWER(o.lead_source) LIKE '%prospect%' OR LOWER(o.lead_source) LIKE '%outbound%'
            OR LOWER(o.lead_source) LIKE '%cold%' OR LOWER(o.lead_source) LIKE '%renewal%' THEN 'sales'
        WHEN LOWER(o.lead_source) LIKE '%partner%' OR LOWER(o.lead_source) LIKE '%referral%' THEN 'partner'
        ELSE 'marketing'
    END AS sourced_by,
    CASE
        WHEN o.tactic_id IS NOT NULL THEN TRUE
        WHEN o.lead_source IS NULL THEN FALSE
        WHEN LOWER(o.lead_source) LIKE '%sales%' OR LOWER(o.lead_source) LIKE '%prospect%' OR LOWER(o.lead_source) LIKE '%outbound%'
            OR LOWER(o.lead_source) LIKE '%cold%' OR LOWER(o.lead_source) LIKE '%renewal%' THEN FALSE
        WHEN LOWER(o.lead_source) LIKE '%partner%' OR LOWER(o.lead_source) LIKE '%referral%' THEN FALSE
        ELSE TRUE
    END AS is_marketing,
    o.tactic_id,
    o.amount_cents,
    o.currency
FROM account_opportunity AS o

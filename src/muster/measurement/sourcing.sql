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

-- The CRM's word: a campaign means marketing; else the words that are common for each. What none of them fits is unknown.
worded AS (
    SELECT
        o.opportunity_id,
        CASE
            WHEN o.tactic_id IS NOT NULL THEN 'marketing'
            WHEN LOWER(o.lead_source) LIKE '%partner%' OR LOWER(o.lead_source) LIKE '%referral%' THEN 'partner'
            WHEN LOWER(o.lead_source) LIKE '%sales%' OR LOWER(o.lead_source) LIKE '%prospect%' OR LOWER(o.lead_source) LIKE '%outbound%'
                OR LOWER(o.lead_source) LIKE '%cold%' OR LOWER(o.lead_source) LIKE '%renewal%' OR LOWER(o.lead_source) LIKE '%sdr%'
                OR LOWER(o.lead_source) LIKE '%bdr%' OR LOWER(o.lead_source) LIKE '%account exec%' THEN 'sales'
            WHEN LOWER(o.lead_source) LIKE '%web%' OR LOWER(o.lead_source) LIKE '%market%' OR LOWER(o.lead_source) LIKE '%event%'
                OR LOWER(o.lead_source) LIKE '%mail%' OR LOWER(o.lead_source) LIKE '%content%' OR LOWER(o.lead_source) LIKE '%advert%'
                OR LOWER(o.lead_source) LIKE '%search%' OR LOWER(o.lead_source) LIKE '%social%' OR LOWER(o.lead_source) LIKE '%inbound%'
                OR LOWER(o.lead_source) LIKE '%trade show%' OR LOWER(o.lead_source) LIKE '%form%' OR LOWER(o.lead_source) LIKE '%campaign%'
                OR LOWER(o.lead_source) LIKE '%organic%' OR LOWER(o.lead_source) LIKE '%seminar%' THEN 'marketing'
            ELSE 'unknown'
        END AS sourced_by,
        o.tactic_id,
        o.amount_cents,
        o.currency
    FROM account_opportunity AS o
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
    w.opportunity_id,
    'crm_lead_source' AS definition,
    w.sourced_by,
    w.sourced_by = 'marketing' AS is_marketing,
    w.tactic_id,
    w.amount_cents,
    w.currency
FROM worded AS w

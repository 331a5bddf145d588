-- What began each opportunity, by three stated definitions: the first touch of anyone in its group before it was created
-- (marketing, if a tactic or our own content brought it), whichever came first before it was created of such a touch and of a seller's
-- act with a member of the group, and the word the CRM has for it.
WITH first_touch AS (
    SELECT
        t.opportunity_id,
        t.tactic_id,
        t.occurred_at
    FROM touch AS t
    WHERE t.position = 1
    AND t.occurred_at <= t.opportunity_at
),

sold AS (
    SELECT o.opportunity_id, MIN(a.occurred_at) AS occurred_at
    FROM account_opportunity AS o
    JOIN rule_policy AS p ON p.from_at <= o.created_at AND o.created_at < p.to_at
    JOIN opportunity_group AS g ON g.opportunity_id = o.opportunity_id
    JOIN group_person AS m ON m.buying_group_id = g.buying_group_id
    JOIN person_alias AS r ON r.person_id = m.person_id
    JOIN known_sales_activity AS a ON a.person_record_id = r.person_record_id AND a.known_at <= o.created_at
    WHERE a.occurred_at >= o.created_at - p.credit_window_us
    GROUP BY o.opportunity_id
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
    o.opportunity_id,
    'first_act' AS definition,
    CASE
        WHEN f.occurred_at <= COALESCE(s.occurred_at, f.occurred_at) THEN 'marketing'
        WHEN s.opportunity_id IS NOT NULL THEN 'sales'
        ELSE 'unknown'
    END AS sourced_by,
    COALESCE(f.occurred_at <= COALESCE(s.occurred_at, f.occurred_at), FALSE) AS is_marketing,
    CASE WHEN f.occurred_at <= COALESCE(s.occurred_at, f.occurred_at) THEN f.tactic_id END AS tactic_id,
    o.amount_cents,
    o.currency
FROM account_opportunity AS o
LEFT JOIN first_touch AS f ON f.opportunity_id = o.opportunity_id
LEFT JOIN sold AS s ON s.opportunity_id = o.opportunity_id
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

-- Won credit by programme and by channel of each account that bought: what intervals are drawn from. An account goes by its first
-- won opportunity here, since its own id may give way to another.
WITH won AS (
    SELECT
        o.opportunity_id,
        MIN(o.opportunity_id) OVER (PARTITION BY COALESCE(o.account_id, o.opportunity_id)) AS buyer
    FROM account_opportunity AS o
    WHERE o.is_won
),

placed AS (
    SELECT
        w.buyer,
        c.attribution_model,
        c.currency,
        c.credit_cents,
        CASE
            WHEN c.engagement_id IS NULL THEN '(unattributed)'
            ELSE COALESCE(k.program_id, '(no programme)')
        END AS program_id,
        CASE
            WHEN c.engagement_id IS NULL THEN '(unattributed)'
            ELSE LOWER(COALESCE(t.channel, '(none)'))
        END AS channel
    FROM credit AS c
    JOIN won AS w ON w.opportunity_id = c.opportunity_id
    LEFT JOIN touch AS t ON t.opportunity_id = c.opportunity_id AND t.engagement_id = c.engagement_id
    LEFT JOIN known_tactic AS k ON k.tactic_id = c.tactic_id
)

SELECT
    'program' AS dimension,
    p.program_id AS unit,
    p.attribution_model,
    p.currency,
    p.buyer,
    CAST(SUM(p.credit_cents) AS BIGINT) AS credit_cents
FROM placed AS p
GROUP BY p.program_id, p.attribution_model, p.currency, p.buyer
UNION ALL
SELECT
    'channel' AS dimension,
    p.channel AS unit,
    p.attribution_model,
    p.currency,
    p.buyer,
    CAST(SUM(p.credit_cents) AS BIGINT) AS credit_cents
FROM placed AS p
GROUP BY p.channel, p.attribution_model, p.currency, p.buyer

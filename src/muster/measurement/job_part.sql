-- Won credit (linear) by programme and by tactic of each account that bought, for each job of the buying decision process and over all:
-- what intervals are drawn from, as in credit_part.
WITH won AS (
    SELECT
        o.opportunity_id,
        MIN(o.opportunity_id) OVER (PARTITION BY COALESCE(o.account_id, o.opportunity_id)) AS buyer
    FROM account_opportunity AS o
    WHERE o.is_won
),

placed AS (
    SELECT w.buyer, c.currency, c.credit_cents, c.tactic_id, p.program_id, COALESCE(p.buying_job, '(none)') AS buying_job
    FROM credit AS c
    JOIN won AS w ON w.opportunity_id = c.opportunity_id
    LEFT JOIN path AS p ON p.definition = 'credit' AND p.opportunity_id = c.opportunity_id AND p.engagement_id = c.engagement_id
    WHERE c.attribution_model = 'linear'
),

part AS (
    SELECT 'tactic' AS level, p.tactic_id AS unit, p.buying_job, p.currency, p.buyer, p.credit_cents
    FROM placed AS p
    UNION ALL
    SELECT 'tactic' AS level, p.tactic_id AS unit, '(all)' AS buying_job, p.currency, p.buyer, p.credit_cents
    FROM placed AS p
    UNION ALL
    SELECT 'program' AS level, p.program_id AS unit, p.buying_job, p.currency, p.buyer, p.credit_cents
    FROM placed AS p
    UNION ALL
    SELECT 'program' AS level, p.program_id AS unit, '(all)' AS buying_job, p.currency, p.buyer, p.credit_cents
    FROM placed AS p
)

SELECT
    p.level,
    COALESCE(p.unit, '(other)') AS unit,
    p.buying_job,
    p.currency,
    p.buyer,
    CAST(SUM(p.credit_cents) AS BIGINT) AS credit_cents
FROM part AS p
GROUP BY p.level, COALESCE(p.unit, '(other)'), p.buying_job, p.currency, p.buyer

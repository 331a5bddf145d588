-- Opportunities closed in a quarter by their type: new business, upsell, cross-sell, renewal; what was won and lost of each, and how much of
-- it marketing touched by each definition of influence. Definitions stand side by side and are never added up.
SELECT
    q.quarter_on AS period_on,
    COALESCE(o.type, 'new_business') AS type,
    o.currency,
    i.definition,
    COUNT(*) AS closed_count,
    CAST(SUM(CASE WHEN o.is_won THEN 1 ELSE 0 END) AS BIGINT) AS won_count,
    CAST(SUM(CASE WHEN o.is_won THEN o.amount_cents ELSE 0 END) AS BIGINT) AS won_cents,
    CAST(SUM(CASE WHEN o.is_won THEN 0 ELSE o.amount_cents END) AS BIGINT) AS lost_cents,
    CAST(SUM(CASE WHEN i.is_marketing THEN 1 ELSE 0 END) AS BIGINT) AS influenced_count,
    CAST(SUM(CASE WHEN i.is_marketing AND o.is_won THEN 1 ELSE 0 END) AS BIGINT) AS influenced_won_count,
    CAST(SUM(CASE WHEN i.is_marketing AND o.is_won THEN o.amount_cents ELSE 0 END) AS BIGINT) AS influenced_won_cents
FROM account_opportunity AS o
JOIN quarter AS q ON o.booked_at >= q.quarter_on AND o.booked_at < q.next_quarter_on
JOIN influence AS i ON i.opportunity_id = o.opportunity_id
GROUP BY q.quarter_on, COALESCE(o.type, 'new_business'), o.currency, i.definition

-- Opportunities whose opening a chance could have foretold. Renewals are not openings; nor is what sales began by themselves where no
-- group stood: no buyer's act could have foretold it.
SELECT
    o.account_id,
    o.solution_id,
    o.created_at
FROM account_opportunity AS o
LEFT JOIN reading_lead_source AS l ON l.said = o.lead_source
LEFT JOIN rule_week AS r
    ON r.account_id = o.account_id
    AND r.solution_id = o.solution_id
    AND r.week_at <= o.created_at
    AND o.created_at < r.week_at + 604800000000
WHERE o.account_id IS NOT NULL
AND o.solution_id IS NOT NULL
AND o.created_at IS NOT NULL
AND COALESCE(o.type, '') <> 'renewal'
AND (COALESCE(l.sourced_by, '') <> 'sales' OR r.score IS NOT NULL)

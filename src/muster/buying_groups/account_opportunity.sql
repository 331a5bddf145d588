-- Opportunities with the account their record belongs to.
SELECT
    o.opportunity_id,
    a.account_id,
    o.solution_id,
    o.type,
    o.amount_cents,
    o.currency,
    o.owner_id,
    o.lead_source,
    o.tactic_id,
    o.created_at,
    o.closed_at,
    o.stage,
    o.outcome,
    o.is_closed,
    o.is_won
FROM known_opportunity AS o
LEFT JOIN account_alias AS a ON a.account_record_id = o.account_record_id

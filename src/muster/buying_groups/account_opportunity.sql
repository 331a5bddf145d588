-- Opportunities with the account their record belongs to. To the flow none closes before it was created; the money was
-- booked when it really closed.
SELECT
    o.opportunity_id,
    a.account_id,
    o.solution_id,
    COALESCE(p.part, '') AS part,
    o.type,
    o.amount_cents,
    o.currency,
    o.owner_id,
    o.lead_source,
    o.tactic_id,
    o.created_at,
    CASE WHEN o.closed_at IS NOT NULL THEN GREATEST(o.closed_at, o.created_at) END AS closed_at,
    o.closed_at AS booked_at,
    o.stage,
    o.outcome,
    o.is_closed,
    o.is_won
FROM known_opportunity AS o
LEFT JOIN account_alias AS a ON a.account_record_id = o.account_record_id
LEFT JOIN opportunity_part AS p ON p.opportunity_id = o.opportunity_id

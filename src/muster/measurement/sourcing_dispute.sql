-- Opportunities of which two definitions of sourcing say different things: a row for each pair of definitions that disagree.
SELECT
    s.opportunity_id,
    s.definition,
    s.sourced_by,
    t.definition AS other_definition,
    t.sourced_by AS other_sourced_by,
    s.amount_cents,
    s.currency,
    o.outcome,
    o.created_at
FROM sourcing AS s
JOIN sourcing AS t ON t.opportunity_id = s.opportunity_id AND s.definition < t.definition AND t.sourced_by <> s.sourced_by
JOIN account_opportunity AS o ON o.opportunity_id = s.opportunity_id

-- Opportunities other than renewals, each with what it may become: won, lost, or still open.
SELECT
    o.opportunity_id,
    o.account_id,
    COALESCE(o.solution_id, '') AS solution_id,
    o.created_at,
    o.closed_at,
    COALESCE(o.is_won, FALSE) AS is_won,
    o.amount_cents,
    o.currency
FROM account_opportunity AS o
WHERE COALESCE(o.type, '') <> 'renewal'
AND o.created_at IS NOT NULL

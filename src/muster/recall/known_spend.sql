-- What marketing spent by the date: rows of spend that are cost, less what a rule takes off for credits and refunds.
SELECT
    s.tactic_id,
    s.spent_on,
    s.cost_cents AS amount_cents,
    s.currency
FROM spend_line AS s
WHERE s.cost_cents <> 0
AND s.counts_as <> 'sales_cost'

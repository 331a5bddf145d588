-- Touches of opportunities as models that learn read them: the channel, and what came of the opportunity (1 won, 0 lost, -1 open).
SELECT
    t.opportunity_id,
    t.position,
    LOWER(COALESCE(t.channel, '(none)')) AS channel,
    CASE WHEN o.is_won THEN 1 WHEN o.is_closed THEN 0 ELSE -1 END AS outcome
FROM touch AS t
JOIN account_opportunity AS o ON o.opportunity_id = t.opportunity_id

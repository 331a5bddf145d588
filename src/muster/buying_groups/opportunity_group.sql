-- The buying group each opportunity belongs to: the cycle in which it was created.
SELECT
    e.source_id AS opportunity_id,
    g.buying_group_id
FROM cycle_event AS e
JOIN group_cycle AS g ON g.account_id = e.account_id AND g.solution_id = e.solution_id AND g.part = e.part AND g.segment = e.segment
WHERE e.kind = 'opportunity'

-- The engagements of each group: those of its cycle, before it opened too.
SELECT
    g.buying_group_id,
    e.source_id AS engagement_id,
    e.at,
    e.person_id,
    e.person_at,
    e.visitor_id
FROM cycle_event AS e
JOIN group_cycle AS g ON g.account_id = e.account_id AND g.solution_id = e.solution_id AND g.segment = e.segment
WHERE e.kind = 'engagement'

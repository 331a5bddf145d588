-- The engagements of each group: those of its cycle, from a few weeks before it opened on. Who fell silent earlier than that
-- was not part of the decision; a visitor who says who they are after it closed stays a visitor of it.
SELECT
    g.buying_group_id,
    e.source_id AS engagement_id,
    CASE WHEN e.at >= g.opened_at - p.lead_in_us THEN e.at ELSE e.person_at END AS at,
    CASE WHEN g.closed_at IS NULL OR e.person_at < g.closed_at THEN e.person_id END AS person_id,
    CASE WHEN g.closed_at IS NULL OR e.person_at < g.closed_at THEN e.person_at END AS person_at,
    e.visitor_id,
    e.is_participation
FROM cycle_event AS e
JOIN group_cycle AS g ON g.account_id = e.account_id AND g.solution_id = e.solution_id AND g.part = e.part AND g.segment = e.segment
JOIN rule_policy AS p ON p.from_at <= g.opened_at AND g.opened_at < p.to_at
WHERE e.kind = 'engagement'
AND COALESCE(e.person_at, e.at) >= g.opened_at - p.lead_in_us

-- The paths of opportunities that credit is divided by, with the milestones each touch is.
SELECT
    p.opportunity_id,
    p.engagement_id,
    p.buying_group_id,
    p.person_id,
    p.tactic_id,
    p.channel,
    p.position,
    p.position_kind,
    p.occurred_at
FROM path AS p
WHERE p.definition = 'credit'
AND p.opportunity_id IS NOT NULL

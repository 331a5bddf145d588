-- The touches that matter in position models: the first of anyone, the first whose person was known by name, the last before the
-- opportunity was created, and the last before it closed won.
SELECT
    s.opportunity_id,
    s.engagement_id,
    s.position,
    s.is_first,
    s.is_lead,
    s.is_creation,
    s.is_closing,
    s.is_last
FROM path_step AS s
WHERE s.definition = 'credit'
AND s.opportunity_id IS NOT NULL

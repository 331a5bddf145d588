-- Touches of groups that fell silent without an opportunity: the paths that led nowhere, from a group's first day to its end. Models that
-- learn weigh them against the paths that won.
SELECT
    s.buying_group_id,
    LOWER(COALESCE(s.channel, '(none)')) AS channel,
    s.position
FROM path_step AS s
WHERE s.definition = 'credit'
AND s.opportunity_id IS NULL
AND s.outcome = 'silent'

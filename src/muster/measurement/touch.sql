-- The path that credit is divided by, of each opportunity (rules/paths.csv, `credit`). A touch counts as often as it stands for others and
-- for the part of it that serves the opportunity's group: `parts`, which is 1 throughout where every touch is one and whole.
SELECT
    s.opportunity_id,
    s.opportunity_at,
    s.until_at,
    s.outcome = 'won' AS is_won,
    s.buying_group_id,
    s.engagement_id,
    s.person_id,
    s.tactic_id,
    s.channel,
    s.occurred_at,
    s.position,
    CASE
        WHEN MIN(s.thousandths) OVER (PARTITION BY s.opportunity_id) = 1000 AND MAX(s.times) OVER (PARTITION BY s.opportunity_id) = 1 THEN 1
        ELSE s.thousandths * s.times
    END AS parts
FROM path_step AS s
WHERE s.definition = 'credit'
AND s.opportunity_id IS NOT NULL

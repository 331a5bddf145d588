-- Touches as they are published, with the milestones each one is.
SELECT
    t.opportunity_id,
    t.engagement_id,
    t.buying_group_id,
    t.person_id,
    t.tactic_id,
    t.channel,
    t.position,
    CASE
        WHEN m.is_first + m.is_lead + m.is_creation + m.is_closing = 0 THEN 'middle'
        ELSE SUBSTRING(
            CASE WHEN m.is_first = 1 THEN '+first_touch' ELSE '' END
            || CASE WHEN m.is_lead = 1 THEN '+lead_creation' ELSE '' END
            || CASE WHEN m.is_creation = 1 THEN '+opportunity_creation' ELSE '' END
            || CASE WHEN m.is_closing = 1 THEN '+closing' ELSE '' END, 2)
    END AS position_kind,
    t.occurred_at
FROM touch AS t
JOIN milestone AS m ON m.opportunity_id = t.opportunity_id AND m.engagement_id = t.engagement_id

-- States of opportunities up to the date.
SELECT
    h.stage_change_id,
    h.opportunity_id,
    h.stage,
    h.amount_cents,
    h.changed_at
FROM stage_change AS h
CROSS JOIN clock AS c
WHERE h.known_at <= c.as_of_at
AND h.changed_at <= c.as_of_at

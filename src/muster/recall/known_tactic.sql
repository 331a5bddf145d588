-- Tactics known as of the date, with the solution their name or the source tells.
SELECT
    t.tactic_id,
    t.name,
    t.channel,
    COALESCE(t.program_id, t.tactic_id) AS program_id,
    t.campaign_id,
    COALESCE(s.solution_id, n.solution_id) AS solution_id,
    t.cost_cents,
    t.currency,
    t.starts_on,
    t.ends_on
FROM tactic AS t
CROSS JOIN clock AS c
LEFT JOIN reading_solution AS s ON s.said = t.solution_id
LEFT JOIN reading_solution AS n ON n.said = t.name
WHERE t.known_at <= c.as_of_at

-- Engagements with account, person, solution and points. No points for machines, our own people, acts beyond a day's cap,
-- or a CRM response that a tracked act already shows.
WITH half_life AS (
    SELECT MIN(p.half_life_us) AS half_life_us -- one value for the whole history
    FROM rule_policy AS p
)

SELECT
    p.engagement_id,
    p.occurred_at,
    p.known_at,
    p.account_id,
    p.person_id,
    p.person_known_at,
    p.visitor_id,
    COALESCE(p.solution_id, b.solution_id) AS solution_id,
    p.activity,
    COALESCE(p.channel, t.channel) AS channel,
    p.tactic_id,
    p.content_id,
    COALESCE(w.component, 'engagement') AS component,
    CASE
        WHEN p.is_ignored OR p.account_id IS NULL OR w.activity IS NULL THEN 0
        WHEN s.engagement_id IS NOT NULL THEN 0
        WHEN COALESCE(n.number_today, 1) > w.daily_cap THEN 0
        ELSE w.points
    END AS weight,
    CASE WHEN w.half_life_days * 86400000000 > r.half_life_us THEN TRUE ELSE FALSE END AS is_slow,
    COALESCE(w.is_buying_act, FALSE) AND NOT p.is_ignored AS is_buying_act,
    COALESCE(w.is_marketing, FALSE) AND NOT p.is_ignored AS is_marketing,
    COALESCE(w.points, 0) > 0 AND NOT p.is_ignored AS is_act,
    (COALESCE(w.is_participation, FALSE) OR (p.activity IN ('campaign_responded', 'form_submitted') AND p.known_at < c.from_at))
        AND NOT p.is_ignored AS is_participation,
    p.method,
    p.share_token
FROM placed_engagement AS p
CROSS JOIN half_life AS r
CROSS JOIN tracked_since AS c
LEFT JOIN known_tactic AS t ON t.tactic_id = p.tactic_id
LEFT JOIN borrowed_solution AS b ON b.engagement_id = p.engagement_id
LEFT JOIN repeated_act AS n ON n.engagement_id = p.engagement_id
LEFT JOIN shadowed_response AS s ON s.engagement_id = p.engagement_id
LEFT JOIN rule_activity_weights AS w
    ON w.activity = p.activity AND w.from_at <= p.occurred_at AND p.occurred_at < w.to_at

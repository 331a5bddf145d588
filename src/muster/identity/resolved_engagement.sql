-- Engagements with account, person, solution and points. No points for machines, our own people, acts beyond a day's cap,
-- or a CRM response that a tracked act already shows.
SELECT
    e.engagement_id,
    e.occurred_at,
    p.known_at,
    p.account_id,
    p.person_id,
    p.person_known_at,
    e.visitor_id,
    COALESCE(e.solution_id, b.solution_id) AS solution_id,
    e.activity,
    COALESCE(e.channel, t.channel) AS channel,
    e.tactic_id,
    e.content_id,
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
    (COALESCE(w.is_participation, FALSE) OR (e.activity = 'campaign_responded' AND p.known_at < c.from_at))
        AND NOT p.is_ignored AS is_participation,
    p.method,
    e.share_token
FROM known_engagement AS e
JOIN placed_engagement AS p ON p.engagement_id = e.engagement_id
JOIN rule_policy AS r ON r.from_at <= e.occurred_at AND e.occurred_at < r.to_at
CROSS JOIN tracked_since AS c
LEFT JOIN known_tactic AS t ON t.tactic_id = e.tactic_id
LEFT JOIN borrowed_solution AS b ON b.engagement_id = e.engagement_id
LEFT JOIN repeated_act AS n ON n.engagement_id = e.engagement_id
LEFT JOIN shadowed_response AS s ON s.engagement_id = e.engagement_id
LEFT JOIN rule_activity_weights AS w
    ON w.activity = e.activity AND w.from_at <= e.occurred_at AND e.occurred_at < w.to_at

-- Engagements with account, person, solution and points. No points for machines, our own people, acts beyond a day's cap,
-- or a CRM response that a tracked act of the same person on the same tactic and day already shows.
WITH placed AS (
    SELECT
        e.engagement_id,
        e.occurred_at,
        p.known_at,
        p.account_id,
        CASE WHEN p.person_account_id = p.account_id OR p.account_id IS NULL THEN p.person_id END AS person_id,
        p.person_known_at,
        e.visitor_id,
        e.solution_id,
        e.activity,
        COALESCE(e.channel, t.channel) AS channel,
        e.tactic_id,
        e.content_id,
        e.share_token,
        p.method,
        CASE WHEN e.is_machine OR p.is_own OR b.engagement_id IS NOT NULL THEN TRUE ELSE FALSE END AS is_ignored,
        e.occurred_at - MOD(e.occurred_at, 86400000000) AS occurred_on
    FROM known_engagement AS e
    JOIN placed_engagement AS p ON p.engagement_id = e.engagement_id
    LEFT JOIN known_tactic AS t ON t.tactic_id = e.tactic_id
    LEFT JOIN burst AS b ON b.engagement_id = e.engagement_id
),

counted AS (
    SELECT
        p.engagement_id,
        ROW_NUMBER() OVER (
            PARTITION BY p.account_id, COALESCE(p.person_id, p.visitor_id, ''), p.activity, p.occurred_on
            ORDER BY p.known_at, p.occurred_at, p.engagement_id
        ) AS number_today
    FROM placed AS p
    WHERE p.account_id IS NOT NULL
    AND NOT p.is_ignored
),

shadowed AS (
    SELECT DISTINCT r.engagement_id
    FROM placed AS r
    JOIN placed AS t
        ON t.account_id = r.account_id
        AND t.person_id = r.person_id
        AND t.tactic_id = r.tactic_id
        AND t.occurred_on = r.occurred_on
    WHERE r.activity = 'campaign_responded'
    AND t.activity <> 'campaign_responded'
    AND NOT t.is_ignored
)

SELECT
    p.engagement_id,
    p.occurred_at,
    p.known_at,
    p.account_id,
    p.person_id,
    p.person_known_at,
    p.visitor_id,
    p.solution_id,
    p.activity,
    p.channel,
    p.tactic_id,
    p.content_id,
    COALESCE(w.component, 'engagement') AS component,
    CASE
        WHEN c.engagement_id IS NULL OR w.activity IS NULL THEN 0
        WHEN s.engagement_id IS NOT NULL THEN 0
        WHEN c.number_today > w.daily_cap THEN 0
        ELSE w.points
    END AS weight,
    CASE WHEN w.half_life_days * 86400000000 > r.half_life_us THEN TRUE ELSE FALSE END AS is_slow,
    COALESCE(w.is_buying_act, FALSE) AND NOT p.is_ignored AS is_buying_act,
    COALESCE(w.is_marketing, FALSE) AND NOT p.is_ignored AS is_marketing,
    COALESCE(w.points, 0) > 0 AND NOT p.is_ignored AS is_act,
    COALESCE(w.is_participation, FALSE) AND NOT p.is_ignored AS is_participation,
    p.method,
    p.share_token
FROM placed AS p
JOIN rule_policy AS r ON r.from_at <= p.occurred_at AND p.occurred_at < r.to_at
LEFT JOIN counted AS c ON c.engagement_id = p.engagement_id
LEFT JOIN shadowed AS s ON s.engagement_id = p.engagement_id
LEFT JOIN rule_activity_weights AS w
    ON w.activity = p.activity AND w.from_at <= p.occurred_at AND p.occurred_at < w.to_at

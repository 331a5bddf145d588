-- The touches that matter in position models: the first of anyone, the one at which a person became known, the last before the
-- opportunity was created, and the last before it closed won.
WITH identified AS (
    SELECT
        t.opportunity_id,
        MIN(t.position) AS position
    FROM touch AS t
    WHERE t.person_id IS NOT NULL
    AND t.occurred_at <= t.opportunity_at
    GROUP BY t.opportunity_id
),

edge AS (
    SELECT
        t.opportunity_id,
        MIN(t.position) AS first_position,
        MAX(CASE WHEN t.occurred_at <= t.opportunity_at THEN t.position END) AS creation_position,
        MAX(CASE WHEN t.is_won THEN t.position END) AS closing_position,
        COUNT(*) AS touch_count
    FROM touch AS t
    GROUP BY t.opportunity_id
)

SELECT
    t.opportunity_id,
    t.engagement_id,
    t.position,
    CASE WHEN t.position = e.first_position THEN 1 ELSE 0 END AS is_first,
    CASE WHEN t.position = i.position THEN 1 ELSE 0 END AS is_lead,
    CASE WHEN t.position = e.creation_position THEN 1 ELSE 0 END AS is_creation,
    CASE WHEN t.position = e.closing_position THEN 1 ELSE 0 END AS is_closing,
    CASE WHEN t.position = e.touch_count THEN 1 ELSE 0 END AS is_last
FROM touch AS t
JOIN edge AS e ON e.opportunity_id = t.opportunity_id
LEFT JOIN identified AS i ON i.opportunity_id = t.opportunity_id

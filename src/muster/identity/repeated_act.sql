-- The second, third ... act of one kind by one person or visitor on one day: rules/activity_weights.csv caps how many count.
-- Whose act it is counts as it was known when the act was: a visitor who says who they are later takes no points back.
WITH act AS (
    SELECT
        p.engagement_id,
        p.account_id,
        CASE WHEN p.person_known_at <= p.known_at THEN COALESCE(p.person_id, p.visitor_id, '') ELSE COALESCE(p.visitor_id, '') END AS actor,
        p.activity,
        p.occurred_at - MOD(p.occurred_at, 86400000000) AS occurred_on,
        p.occurred_at,
        p.known_at
    FROM placed_engagement AS p
    WHERE p.account_id IS NOT NULL
    AND NOT p.is_ignored
),

several AS (
    SELECT a.account_id, a.actor, a.activity, a.occurred_on
    FROM act AS a
    GROUP BY a.account_id, a.actor, a.activity, a.occurred_on
    HAVING COUNT(*) > 1
)

SELECT
    a.engagement_id,
    ROW_NUMBER() OVER (
        PARTITION BY a.account_id, a.actor, a.activity, a.occurred_on ORDER BY a.known_at, a.occurred_at, a.engagement_id
    ) AS number_today
FROM act AS a
JOIN several AS s
    ON s.account_id = a.account_id AND s.actor = a.actor AND s.activity = a.activity AND s.occurred_on = a.occurred_on

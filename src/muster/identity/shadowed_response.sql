-- Campaign responses of the CRM that a tracked act of the same person on the same tactic, known by then and on the same day, already shows.
WITH act AS (
    SELECT
        p.engagement_id,
        p.person_id,
        p.tactic_id,
        p.occurred_at - MOD(p.occurred_at, 86400000000) AS occurred_on,
        GREATEST(p.known_at, p.person_known_at) AS known_at,
        p.activity
    FROM placed_engagement AS p
    WHERE p.tactic_id IS NOT NULL
    AND p.person_id IS NOT NULL
    AND p.activity <> 'campaign_sent'
    AND NOT p.is_ignored
),

tracked AS (
    SELECT a.person_id, a.tactic_id, a.occurred_on, MIN(a.known_at) AS known_at
    FROM act AS a
    WHERE a.activity <> 'campaign_responded'
    GROUP BY a.person_id, a.tactic_id, a.occurred_on
)

SELECT r.engagement_id
FROM act AS r
JOIN tracked AS t ON t.person_id = r.person_id AND t.tactic_id = r.tactic_id AND t.occurred_on = r.occurred_on
WHERE r.activity = 'campaign_responded'
AND t.known_at <= r.known_at

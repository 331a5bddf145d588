-- Visits that began with a click in a mail: the first visit to the clicked page within a minute is the reader's browser,
-- unless it came by a shared link. Clicks of scanners tell nothing, nor do two people's clicks in one minute.
WITH mailed AS (
    SELECT DISTINCT
        e.tactic_id,
        e.content_id
    FROM known_engagement AS e
    WHERE e.activity = 'email_clicked'
    AND e.email IS NOT NULL
    AND e.tactic_id IS NOT NULL
    AND e.content_id IS NOT NULL
),

act AS (
    SELECT
        e.engagement_id,
        e.tactic_id,
        e.content_id,
        e.visitor_id,
        CASE WHEN e.visitor_id IS NULL THEN 0 ELSE 1 END AS turn,
        e.email IS NULL AND e.person_record_id IS NULL AS is_nameless,
        CASE WHEN e.visitor_id IS NULL AND i.engagement_id IS NULL THEN e.email END AS clicker,
        e.occurred_at
    FROM known_engagement AS e
    JOIN mailed AS m ON m.tactic_id = e.tactic_id AND m.content_id = e.content_id
    LEFT JOIN ignored_engagement AS i ON i.engagement_id = e.engagement_id
    WHERE e.known_at <= e.occurred_at
    AND e.share_token IS NULL
    AND (e.visitor_id IS NOT NULL OR (e.activity = 'email_clicked' AND e.email IS NOT NULL))
),

followed AS (
    SELECT
        a.engagement_id,
        a.visitor_id,
        a.is_nameless,
        a.occurred_at,
        LAG(a.clicker) OVER (PARTITION BY a.tactic_id, a.content_id ORDER BY a.occurred_at, a.turn, a.engagement_id) AS clicker,
        LAG(a.occurred_at) OVER (PARTITION BY a.tactic_id, a.content_id ORDER BY a.occurred_at, a.turn, a.engagement_id) AS clicked_at,
        LAG(a.clicker, 2) OVER (PARTITION BY a.tactic_id, a.content_id ORDER BY a.occurred_at, a.turn, a.engagement_id) AS other_clicker,
        LAG(a.occurred_at, 2) OVER (PARTITION BY a.tactic_id, a.content_id ORDER BY a.occurred_at, a.turn, a.engagement_id) AS other_clicked_at
    FROM act AS a
)

SELECT
    f.engagement_id,
    f.visitor_id,
    k.person_id,
    f.occurred_at AS known_at
FROM followed AS f
JOIN person_key AS k ON k.key = 'e:' || f.clicker
WHERE f.visitor_id IS NOT NULL
AND f.is_nameless
AND f.occurred_at - f.clicked_at <= 60000000
AND (f.other_clicker IS NULL OR f.other_clicker = f.clicker OR f.occurred_at - f.other_clicked_at > 60000000)

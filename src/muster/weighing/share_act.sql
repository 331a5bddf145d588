-- A share as three acts: the sharer passed it on, a colleague read it, a more senior colleague read it, each from when that was
-- known. Acts of one kind by one person on one day are numbered, for the daily cap.
WITH act AS (
    SELECT
        g.buying_group_id,
        s.share_id,
        s.sharer_at AS known_at,
        s.read_at,
        'content_shared' AS activity,
        s.from_person_id AS person_id
    FROM share AS s
    JOIN group_engagement AS g ON g.engagement_id = s.engagement_id
    WHERE s.from_person_id IS NOT NULL
    UNION ALL
    SELECT
        g.buying_group_id,
        s.share_id,
        s.known_at,
        s.read_at,
        'share_read' AS activity,
        s.to_person_id AS person_id
    FROM share AS s
    JOIN group_engagement AS g ON g.engagement_id = s.engagement_id
    UNION ALL
    SELECT
        g.buying_group_id,
        s.share_id,
        s.upward_at AS known_at,
        s.read_at,
        'share_read_upward' AS activity,
        s.to_person_id AS person_id
    FROM share AS s
    JOIN group_engagement AS g ON g.engagement_id = s.engagement_id
    WHERE s.is_upward
)

SELECT
    a.buying_group_id,
    a.share_id,
    a.known_at,
    a.read_at,
    a.activity,
    a.person_id,
    ROW_NUMBER() OVER (
        PARTITION BY a.buying_group_id, a.person_id, a.activity, a.read_at - MOD(a.read_at, 86400000000)
        ORDER BY a.known_at, a.read_at, a.share_id
    ) AS number_today
FROM act AS a

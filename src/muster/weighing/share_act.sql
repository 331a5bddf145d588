-- A share as three acts: the sharer passed it on, a colleague read it, a more senior colleague read it.
SELECT
    g.buying_group_id,
    s.share_id,
    s.known_at,
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
    s.known_at,
    s.read_at,
    'share_read_upward' AS activity,
    s.to_person_id AS person_id
FROM share AS s
JOIN group_engagement AS g ON g.engagement_id = s.engagement_id
WHERE s.is_upward

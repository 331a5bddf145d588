-- Who passed what to whom: the first opening of a tracked link by each colleague. Upward when the reader stands higher.
-- Only somebody of the same account counts as the sharer.
WITH opened AS (
    SELECT
        e.share_token,
        e.account_id,
        e.person_id,
        GREATEST(e.known_at, e.person_known_at) AS known_at,
        e.occurred_at,
        e.content_id,
        e.solution_id,
        e.engagement_id,
        ROW_NUMBER() OVER (PARTITION BY e.share_token, e.person_id ORDER BY e.occurred_at, e.engagement_id) AS number
    FROM resolved_engagement AS e
    WHERE e.share_token IS NOT NULL
    AND e.person_id IS NOT NULL
    AND e.is_act
)

SELECT
    's' || SUBSTRING(MD5(o.share_token || '|' || o.person_id), 1, 16) AS share_id,
    o.share_token,
    o.account_id,
    o.solution_id,
    COALESCE(l.content_id, o.content_id) AS content_id,
    CASE WHEN a.account_id = o.account_id THEN k.person_id END AS from_person_id,
    o.person_id AS to_person_id,
    l.shared_at,
    o.occurred_at AS read_at,
    GREATEST(o.known_at, l.shared_at) AS known_at,
    COALESCE(a.account_id = o.account_id AND r.seniority_rank > s.seniority_rank AND s.seniority_rank > 0, FALSE) AS is_upward,
    GREATEST(o.known_at, l.shared_at, COALESCE(k.known_at, 0), COALESCE(a.from_at, 0)) AS sharer_at,
    GREATEST(
        o.known_at, l.shared_at, COALESCE(k.known_at, 0), COALESCE(a.from_at, 0), COALESCE(s.title_known_at, 0), COALESCE(r.title_known_at, 0)
    ) AS upward_at,
    CASE WHEN k.person_id IS NULL OR a.account_id IS NULL OR a.account_id <> o.account_id THEN 5e-1 ELSE 9.7e-1 END AS confidence,
    'tracked_link' AS method,
    o.engagement_id
FROM opened AS o
JOIN known_share_link AS l ON l.share_token = o.share_token
LEFT JOIN person_key AS k ON k.key = 'e:' || l.sharer_email
LEFT JOIN person_account AS a
    ON a.person_id = k.person_id AND a.valid_from <= o.occurred_at AND (a.valid_to IS NULL OR o.occurred_at < a.valid_to)
LEFT JOIN person_rank AS s ON s.person_id = k.person_id
LEFT JOIN person_rank AS r ON r.person_id = o.person_id
WHERE o.number = 1
AND (k.person_id IS NULL OR k.person_id <> o.person_id)

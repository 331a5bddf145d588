-- The account whose people shared a link with a nameless browser: colleagues pass links to colleagues. The first such link.
WITH opened AS (
    SELECT
        o.visitor_id,
        a.account_id,
        GREATEST(o.known_at, l.shared_at, k.known_at, a.from_at) AS from_at
    FROM engagement_owner AS o
    JOIN known_share_link AS l ON l.share_token = o.share_token
    JOIN person_key AS k ON k.key = 'e:' || l.sharer_email
    JOIN person_account AS a
        ON a.person_id = k.person_id AND a.valid_from <= o.occurred_at AND (a.valid_to IS NULL OR o.occurred_at < a.valid_to)
    WHERE o.visitor_id IS NOT NULL
    AND o.person_id IS NULL
    AND NOT o.is_ignored
),

ranked AS (
    SELECT
        o.visitor_id,
        o.account_id,
        o.from_at,
        ROW_NUMBER() OVER (PARTITION BY o.visitor_id ORDER BY o.from_at, o.account_id) AS number
    FROM opened AS o
)

SELECT
    r.visitor_id,
    r.account_id,
    r.from_at
FROM ranked AS r
WHERE r.number = 1

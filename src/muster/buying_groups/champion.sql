-- At most one champion a group: who passed content on, or else the manager or director who engaged most, well before the others.
WITH sharing AS (
    SELECT
        g.buying_group_id,
        s.from_person_id AS person_id,
        COUNT(*) AS share_count
    FROM share AS s
    JOIN group_engagement AS g ON g.engagement_id = s.engagement_id
    WHERE s.from_person_id IS NOT NULL
    GROUP BY g.buying_group_id, s.from_person_id
),

standing AS (
    SELECT
        m.buying_group_id,
        m.person_id,
        m.engagement_count,
        COALESCE(s.share_count, 0) AS share_count,
        CASE WHEN m.named_role = 'champion' THEN 1 ELSE 0 END AS is_named,
        r.seniority
    FROM group_person AS m
    JOIN suggested_role AS r ON r.buying_group_id = m.buying_group_id AND r.person_id = m.person_id
    LEFT JOIN sharing AS s ON s.buying_group_id = m.buying_group_id AND s.person_id = m.person_id
    WHERE r.role NOT IN ('procurement', 'economic_buyer')
),

ranked AS (
    SELECT
        s.buying_group_id,
        s.person_id,
        s.share_count,
        s.is_named,
        ROW_NUMBER() OVER (
            PARTITION BY s.buying_group_id
            ORDER BY s.share_count DESC, s.is_named DESC, s.engagement_count DESC, s.person_id
        ) AS number
    FROM standing AS s
    WHERE s.share_count > 0
    OR s.is_named = 1
    OR (s.seniority IN ('manager', 'director') AND s.engagement_count >= 3)
)

SELECT
    r.buying_group_id,
    r.person_id,
    CASE WHEN r.share_count > 0 THEN 8e-1 WHEN r.is_named = 1 THEN 6e-1 ELSE 4.5e-1 END AS confidence,
    CASE
        WHEN r.share_count > 0 THEN 'passed content on to colleagues'
        WHEN r.is_named = 1 THEN 'named champion by sales'
        ELSE 'engaged most among managers and directors'
    END AS reason
FROM ranked AS r
WHERE r.number = 1

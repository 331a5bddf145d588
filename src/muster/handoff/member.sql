-- Members as they are published: the known people with their roles, and the visitors who are still anonymous. A second lead
-- is one more member: who joined after the group was handed to sales, or after its opportunity opened.
WITH worked AS (
    SELECT
        w.buying_group_id,
        MIN(w.at) AS at
    FROM (
        SELECT h.buying_group_id, h.at
        FROM hand_off_moment AS h
        UNION ALL
        SELECT g.buying_group_id, o.created_at AS at
        FROM opportunity_group AS g
        JOIN account_opportunity AS o ON o.opportunity_id = g.opportunity_id
    ) AS w
    GROUP BY w.buying_group_id
),

anonymous AS (
    SELECT
        e.buying_group_id,
        e.visitor_id,
        MIN(e.at) AS joined_at,
        MAX(e.at) AS last_engaged_at,
        COUNT(*) AS engagement_count
    FROM group_engagement AS e
    WHERE e.person_id IS NULL
    GROUP BY e.buying_group_id, e.visitor_id
)

SELECT
    m.buying_group_id,
    m.person_id,
    CAST(NULL AS VARCHAR) AS visitor_id,
    m.role,
    m.role_confidence,
    m.role_reason,
    m.joined_at,
    m.last_engaged_at,
    m.engagement_count,
    s.confidence,
    s.reason,
    COALESCE(m.joined_at > w.at, FALSE) AS is_second_lead
FROM group_member AS m
JOIN membership AS s ON s.buying_group_id = m.buying_group_id AND s.person_id = m.person_id
LEFT JOIN worked AS w ON w.buying_group_id = m.buying_group_id
WHERE m.left_at IS NULL
OR m.back_at IS NOT NULL
UNION ALL
SELECT
    a.buying_group_id,
    CAST(NULL AS VARCHAR) AS person_id,
    a.visitor_id,
    CAST(NULL AS VARCHAR) AS role,
    CAST(NULL AS DOUBLE) AS role_confidence,
    'still anonymous' AS role_reason,
    a.joined_at,
    a.last_engaged_at,
    a.engagement_count,
    CAST(NULL AS DOUBLE) AS confidence,
    CAST(NULL AS VARCHAR) AS reason,
    COALESCE(a.joined_at > w.at, FALSE) AS is_second_lead
FROM anonymous AS a
LEFT JOIN worked AS w ON w.buying_group_id = a.buying_group_id

-- The known members of each group with the role they are taken for now, how sure that is, and what it rests on: the title, and of
-- what they did or were named the evidence that weighs most for that role.
WITH latest AS (
    SELECT a.buying_group_id, a.person_id, a.role, a.millionths
    FROM role_assignment AS a
    WHERE a.to_at = 9000000000000000
),

supporting AS (
    SELECT
        e.buying_group_id,
        e.person_id,
        s.said,
        ROW_NUMBER() OVER (PARTITION BY e.buying_group_id, e.person_id ORDER BY s.times DESC, s.said) AS number
    FROM role_event AS e
    JOIN latest AS l ON l.buying_group_id = e.buying_group_id AND l.person_id = e.person_id
    JOIN rule_role_signals AS s
        ON s.signal = e.signal
        AND (s.role = l.role OR (s.role = '*' AND e.role = l.role))
        AND s.from_at <= e.at
        AND e.at < s.to_at
    WHERE s.times > 1e0
    AND e.sign = 1
)

SELECT
    m.buying_group_id,
    m.person_id,
    l.role,
    CAST(FLOOR(l.millionths / 1e4 + 5e-1) AS DOUBLE) / 1e2 AS role_confidence,
    CASE
        WHEN k.seniority = 'unknown' AND k.function = 'unknown' THEN COALESCE(s.said, 'no title to go by')
        ELSE 'title (' || k.function || ', ' || k.seniority || ')' || COALESCE(', and ' || s.said, '')
    END AS role_reason,
    k.title_known_at,
    m.joined_at,
    m.last_engaged_at,
    m.engagement_count,
    m.left_at,
    m.back_at
FROM group_person AS m
JOIN latest AS l ON l.buying_group_id = m.buying_group_id AND l.person_id = m.person_id
JOIN person_rank AS k ON k.person_id = m.person_id
LEFT JOIN supporting AS s ON s.buying_group_id = m.buying_group_id AND s.person_id = m.person_id AND s.number = 1

-- The known members of each group with their role: the champion by behaviour, the others by title, then by what sales said.
SELECT
    m.buying_group_id,
    m.person_id,
    CASE WHEN c.person_id IS NOT NULL THEN 'champion' WHEN s.seniority = 'unknown' THEN COALESCE(NULLIF(m.named_role, 'champion'), s.role) ELSE s.role END AS role,
    CASE
        WHEN c.person_id IS NOT NULL THEN c.confidence
        WHEN m.named_role = s.role THEN LEAST(s.confidence + 2e-1, 9.5e-1)
        ELSE s.confidence
    END AS role_confidence,
    CASE
        WHEN c.person_id IS NOT NULL THEN c.reason
        WHEN s.seniority = 'unknown' AND m.named_role IS NOT NULL THEN 'named by sales'
        WHEN s.seniority = 'unknown' THEN 'no title to go by'
        WHEN m.named_role = s.role THEN 'title (' || s.function || ', ' || s.seniority || '), and named so by sales'
        ELSE 'title (' || s.function || ', ' || s.seniority || ')'
    END AS role_reason,
    CASE WHEN s.seniority <> 'unknown' THEN s.role END AS title_role,
    s.title_known_at,
    m.joined_at,
    m.last_engaged_at,
    m.engagement_count
FROM group_person AS m
JOIN suggested_role AS s ON s.buying_group_id = m.buying_group_id AND s.person_id = m.person_id
LEFT JOIN champion AS c ON c.buying_group_id = m.buying_group_id AND c.person_id = m.person_id

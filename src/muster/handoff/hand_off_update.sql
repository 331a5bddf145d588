-- News of a group that is with sales: a further person joined, a colleague read what another passed on, another seller has it now.
-- Names and titles are those known by then.
WITH span AS (
    SELECT
        h.hand_off_id,
        h.buying_group_id,
        h.at,
        COALESCE(LEAD(h.at) OVER (PARTITION BY h.buying_group_id ORDER BY h.at), h.closed_at, 9000000000000000) AS until_at
    FROM hand_off_moment AS h
),

person_name AS (
    SELECT
        p.person_id,
        MIN(p.name) AS name,
        MIN(p.name_known_at) AS name_known_at,
        MIN(p.first_email) AS first_email,
        MIN(p.title) AS title,
        MIN(p.title_known_at) AS title_known_at
    FROM person AS p
    GROUP BY p.person_id
),

passed_on AS (
    SELECT
        s.hand_off_id,
        GREATEST(d.decided_at, s.at) AS at,
        d.value AS owner_id,
        d.decided_by,
        d.reason,
        ROW_NUMBER() OVER (
            PARTITION BY s.hand_off_id, GREATEST(d.decided_at, s.at) ORDER BY d.decided_at DESC, d.decision_id DESC
        ) AS back
    FROM span AS s
    JOIN decided_about AS d ON d.buying_group_id = s.buying_group_id AND COALESCE(d.hand_off_id, s.hand_off_id) = s.hand_off_id
    WHERE d.kind = 'reassign'
    AND d.value IS NOT NULL
)

SELECT
    s.hand_off_id,
    m.joined_at AS at,
    'second_lead' AS kind,
    m.person_id,
    COALESCE(CASE WHEN n.name_known_at <= m.joined_at THEN n.name END, n.first_email, 'somebody')
        || CASE WHEN n.title_known_at <= m.joined_at THEN ' (' || n.title || ')' ELSE '' END || ' joined the group' AS sentence
FROM span AS s
JOIN group_member AS m ON m.buying_group_id = s.buying_group_id AND m.joined_at > s.at AND m.joined_at < s.until_at
JOIN person_name AS n ON n.person_id = m.person_id
UNION ALL
SELECT
    s.hand_off_id,
    r.known_at AS at,
    'share' AS kind,
    r.to_person_id AS person_id,
    MIN(
        COALESCE(CASE WHEN n.name_known_at <= r.known_at THEN n.name END, n.first_email, 'somebody') || ' read what '
        || COALESCE(CASE
            WHEN r.sharer_at > r.known_at THEN NULL
            WHEN f.name_known_at <= r.known_at THEN f.name
            ELSE f.first_email
        END, 'a colleague') || ' passed on'
        || CASE WHEN r.is_upward AND r.upward_at <= r.known_at THEN ', and stands higher' ELSE '' END
    ) AS sentence
FROM span AS s
JOIN group_engagement AS e ON e.buying_group_id = s.buying_group_id
JOIN share AS r ON r.engagement_id = e.engagement_id AND r.known_at > s.at AND r.known_at < s.until_at
JOIN person_name AS n ON n.person_id = r.to_person_id
LEFT JOIN person_name AS f ON f.person_id = r.from_person_id
GROUP BY s.hand_off_id, r.known_at, r.to_person_id
UNION ALL
SELECT
    p.hand_off_id,
    p.at,
    'reassigned' AS kind,
    CAST(NULL AS VARCHAR) AS person_id,
    COALESCE(p.decided_by, 'somebody') || ' passed it on to ' || p.owner_id || COALESCE(': ' || p.reason, '') AS sentence
FROM passed_on AS p
WHERE p.back = 1

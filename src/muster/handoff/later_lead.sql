-- Leads raised in an account that was already worked because of somebody else: the second leads, with the group they belonged to.
WITH raised AS (
    SELECT
        a.person_id,
        s.person_record_id,
        s.at,
        p.account_id,
        ROW_NUMBER() OVER (PARTITION BY a.person_id, s.at ORDER BY s.person_record_id) AS number
    FROM lead_raised AS s
    JOIN person_alias AS a ON a.person_record_id = s.person_record_id
    JOIN person_account AS p
        ON p.person_id = a.person_id AND p.valid_from <= s.at AND (p.valid_to IS NULL OR s.at < p.valid_to)
),

rejected AS (
    SELECT
        s.person_record_id,
        MAX(CASE WHEN s.is_duplicate THEN 1 ELSE 0 END) AS is_duplicate
    FROM known_lead_status AS s
    WHERE s.status = 'disqualified'
    GROUP BY s.person_record_id
),

later AS (
    SELECT
        m.person_id,
        m.person_record_id,
        m.at,
        m.account_id,
        MAX(CASE WHEN w.account_id IS NOT NULL THEN 1 ELSE 0 END) AS was_worked
    FROM raised AS m
    LEFT JOIN worked_account AS w
        ON w.account_id = m.account_id
        AND w.from_at < m.at
        AND m.at < w.to_at
        AND (w.person_id IS NULL OR w.person_id <> m.person_id)
    WHERE m.number = 1
    GROUP BY m.person_id, m.person_record_id, m.at, m.account_id
),

grouped AS (
    SELECT
        l.person_id,
        l.at,
        g.buying_group_id,
        g.solution_id,
        ROW_NUMBER() OVER (
            PARTITION BY l.person_id, l.at ORDER BY m.engagement_count DESC, g.opened_at, g.buying_group_id
        ) AS number
    FROM later AS l
    JOIN group_member AS m ON m.person_id = l.person_id
    JOIN group_cycle AS g ON g.buying_group_id = m.buying_group_id AND g.account_id = l.account_id
    WHERE g.first_at <= l.at
    AND (g.closed_at IS NULL OR l.at < g.closed_at)
)

SELECT
    l.person_id,
    l.person_record_id,
    l.account_id,
    l.at,
    g.buying_group_id,
    g.solution_id,
    COALESCE(r.is_duplicate, 0) AS is_duplicate
FROM later AS l
LEFT JOIN rejected AS r ON r.person_record_id = l.person_record_id
LEFT JOIN grouped AS g ON g.person_id = l.person_id AND g.at = l.at AND g.number = 1
WHERE l.was_worked = 1
OR r.is_duplicate = 1

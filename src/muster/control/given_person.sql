-- The people whom sales was given, with all their records: a group's members known then, or the one lead.
SELECT
    g.process,
    g.unit_id,
    g.at,
    g.verdict_at,
    m.person_id,
    a.person_record_id
FROM given_unit AS g
JOIN group_person AS m
    ON m.buying_group_id = g.buying_group_id
    AND m.joined_at <= g.at
    AND (m.left_at IS NULL OR g.at < m.left_at OR m.back_at <= g.at)
LEFT JOIN person_alias AS a ON a.person_id = m.person_id
WHERE g.process = 'hand_off'
UNION ALL
SELECT
    g.process,
    g.unit_id,
    g.at,
    g.verdict_at,
    g.person_id,
    a.person_record_id
FROM given_unit AS g
JOIN person_alias AS a ON a.person_id = g.person_id
WHERE g.process = 'mql'

-- Keys that somebody decided to be two people: no rule and no likeness joins them.
WITH named AS (
    SELECT
        k.person_record_id AS subject_id,
        k.key
    FROM record_key AS k
    UNION ALL
    SELECT
        m.email AS subject_id,
        'e:' || m.email AS key
    FROM mail_address AS m
    WHERE NOT m.is_shared
    AND NOT EXISTS (SELECT 1 FROM known_person_record AS r WHERE r.person_record_id = m.email)
)

SELECT
    a.key AS left_key,
    b.key AS right_key
FROM person_decision AS d
JOIN named AS a ON a.subject_id = d.subject_id
JOIN named AS b ON b.subject_id = d.other_id
WHERE d.kind = 'split'
AND a.key <> b.key

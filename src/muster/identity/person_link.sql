-- What joins person records beyond one address: a lead that became a contact, a record merged into another, a decision.
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
    k.key AS left_key,
    o.key AS right_key,
    'converted_lead' AS method
FROM known_person_record AS r
JOIN record_key AS k ON k.person_record_id = r.person_record_id
JOIN record_key AS o ON o.person_record_id = r.converted_person_record_id
WHERE o.key <> k.key
UNION ALL
SELECT
    k.key AS left_key,
    o.key AS right_key,
    'merged_record' AS method
FROM known_person_record AS r
JOIN record_key AS k ON k.person_record_id = r.person_record_id
JOIN record_key AS o ON o.person_record_id = r.merged_into_id
WHERE o.key <> k.key
UNION ALL
SELECT
    a.key AS left_key,
    b.key AS right_key,
    'decided' AS method
FROM person_decision AS d
JOIN named AS a ON a.subject_id = d.subject_id
JOIN named AS b ON b.subject_id = d.other_id
WHERE d.kind = 'merge'
AND a.key <> b.key

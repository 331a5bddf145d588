-- What joins person records beyond one address: a lead that became a contact, a record merged into another.
WITH keyed AS (
    SELECT
        r.person_record_id,
        CASE WHEN m.email IS NOT NULL AND NOT m.is_shared THEN 'e:' || m.email ELSE 'r:' || r.person_record_id END AS key,
        r.converted_person_record_id,
        r.merged_into_id
    FROM known_person_record AS r
    LEFT JOIN mail_address AS m ON m.email = r.email
)

SELECT
    k.key AS left_key,
    o.key AS right_key
FROM keyed AS k
JOIN keyed AS o ON o.person_record_id = k.converted_person_record_id
WHERE o.key <> k.key
UNION ALL
SELECT
    k.key AS left_key,
    o.key AS right_key
FROM keyed AS k
JOIN keyed AS o ON o.person_record_id = k.merged_into_id
WHERE o.key <> k.key

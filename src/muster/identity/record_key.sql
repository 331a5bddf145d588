-- The key that stands for each lead and contact: its address where that is one person's own, else the record itself.
-- A record that somebody split from another with its address stands for itself too.
SELECT
    r.person_record_id,
    CASE
        WHEN m.email IS NOT NULL AND NOT m.is_shared AND s.person_record_id IS NULL THEN 'e:' || m.email
        ELSE 'r:' || r.person_record_id
    END AS key,
    r.known_at
FROM known_person_record AS r
LEFT JOIN mail_address AS m ON m.email = r.email
LEFT JOIN (
    SELECT DISTINCT a.person_record_id
    FROM person_decision AS d
    JOIN known_person_record AS a ON a.person_record_id = d.subject_id
    JOIN known_person_record AS b ON b.person_record_id = d.other_id
    WHERE d.kind = 'split'
    AND a.email = b.email
) AS s ON s.person_record_id = r.person_record_id

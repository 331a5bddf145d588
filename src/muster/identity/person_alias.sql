-- Which person each lead and contact is, and what says so.
WITH keyed AS (
    SELECT
        r.person_record_id,
        r.known_at,
        CASE WHEN m.email IS NOT NULL AND NOT m.is_shared THEN 'e:' || m.email ELSE 'r:' || r.person_record_id END AS key,
        r.converted_person_record_id,
        r.merged_into_id
    FROM known_person_record AS r
    LEFT JOIN mail_address AS m ON m.email = r.email
),

placed AS (
    SELECT
        k.person_record_id,
        p.person_id,
        k.converted_person_record_id,
        k.merged_into_id,
        ROW_NUMBER() OVER (PARTITION BY p.person_id ORDER BY k.known_at, k.person_record_id) AS age_rank
    FROM keyed AS k
    JOIN person_key AS p ON p.key = k.key
)

SELECT
    p.person_record_id,
    p.person_id,
    CASE
        WHEN p.merged_into_id IS NOT NULL THEN 'merged_record'
        WHEN p.converted_person_record_id IS NOT NULL THEN 'converted_lead'
        WHEN p.age_rank = 1 THEN 'same_record'
        ELSE 'same_email'
    END AS method,
    1e0 AS confidence
FROM placed AS p

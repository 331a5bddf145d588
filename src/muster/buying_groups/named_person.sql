-- Whom sales put on a group's opportunity: in a contact role, by a lead converted into it, or in a meeting about it. Each counts
-- from when it was known on a record known by then, and only while the cycle lasts: a closed group keeps the people it closed with.
WITH word AS (
    SELECT r.opportunity_id, r.person_record_id, r.known_at AS at, 'contact_role' AS word, r.role
    FROM known_contact_role AS r
    UNION ALL
    SELECT
        r.converted_opportunity_id AS opportunity_id,
        r.person_record_id,
        r.converted_at AS at,
        'converted_lead' AS word,
        CAST(NULL AS VARCHAR) AS role
    FROM known_person_record AS r
    WHERE r.converted_opportunity_id IS NOT NULL
    AND r.converted_at IS NOT NULL
    UNION ALL
    SELECT s.opportunity_id, s.person_record_id, s.known_at AS at, 'meeting' AS word, CAST(NULL AS VARCHAR) AS role
    FROM known_sales_activity AS s
    WHERE s.kind = 'meeting'
    AND s.opportunity_id IS NOT NULL
    AND s.person_record_id IS NOT NULL
),

placed AS (
    SELECT
        o.buying_group_id,
        a.person_id,
        GREATEST(w.at, k.known_at) AS at,
        w.word,
        w.role,
        g.closed_at
    FROM word AS w
    JOIN opportunity_group AS o ON o.opportunity_id = w.opportunity_id
    JOIN group_cycle AS g ON g.buying_group_id = o.buying_group_id
    JOIN person_alias AS a ON a.person_record_id = w.person_record_id
    JOIN known_person_record AS k ON k.person_record_id = w.person_record_id
)

SELECT
    p.buying_group_id,
    p.person_id,
    p.at,
    p.word,
    p.role
FROM placed AS p
WHERE p.closed_at IS NULL
OR p.at < p.closed_at

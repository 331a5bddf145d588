-- The stretches of a visitor's history that belong to each person: the first reaches back to the beginning.
SELECT
    v.visitor_id,
    v.person_id,
    v.from_at,
    CASE
        WHEN ROW_NUMBER() OVER (PARTITION BY v.visitor_id ORDER BY v.from_at, v.person_id) = 1 THEN 0
        ELSE v.from_at
    END AS valid_from,
    COALESCE(LEAD(v.from_at) OVER (PARTITION BY v.visitor_id ORDER BY v.from_at, v.person_id), 9000000000000000) AS valid_to
FROM visitor_match AS v
WHERE v.method = 'identified_visit'

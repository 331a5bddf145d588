-- Addresses that stand for no real person, and since when that is known: by what the address says at once, by the name on
-- a record ("Test Test") from the record on.
SELECT
    x.email,
    MIN(x.known_at) AS known_at
FROM (
    SELECT
        e.email,
        CAST(0 AS BIGINT) AS known_at
    FROM reading_email AS e
    WHERE e.is_test
    UNION ALL
    SELECT
        r.email,
        r.known_at
    FROM known_person_record AS r
    JOIN rule_test_records AS t
        ON t.kind = 'name'
        AND t.text = LOWER(COALESCE(r.given_name, '') || CASE WHEN r.given_name IS NULL THEN '' ELSE ' ' END || COALESCE(r.family_name, ''))
        AND t.from_at <= r.known_at AND r.known_at < t.to_at
    WHERE r.email IS NOT NULL
) AS x
GROUP BY x.email

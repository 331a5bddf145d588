-- What somebody may call each person by, now and for good: a record, an address, their id, and every id that they would have had
-- while one of their keys stood for a person of its own.
SELECT DISTINCT n.said, n.person_id
FROM (
    SELECT r.person_record_id AS said, r.person_id
    FROM person_alias AS r
    UNION ALL
    SELECT SUBSTRING(k.key, 3) AS said, k.person_id
    FROM person_key AS k
    WHERE k.key LIKE 'e:%'
    UNION ALL
    SELECT 'p' || SUBSTRING(MD5(k.key), 1, 16) AS said, k.person_id
    FROM person_key AS k
) AS n

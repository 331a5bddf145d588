-- Which person each address of one's own belongs to, whether a record has it or only engagements do.
SELECT
    SUBSTRING(k.key, 3) AS email,
    k.person_id,
    k.known_at
FROM person_key AS k
WHERE k.key LIKE 'e:%'

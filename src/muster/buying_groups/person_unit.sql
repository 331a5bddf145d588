-- Which part of the company each person's records and addresses name: a business unit, a sub-domain of the company's mail, or the
-- region of the account record. Of one kind the first known is theirs; others show that they belong to several.
WITH named AS (
    SELECT a.person_id, 'business_unit' AS kind, LOWER(r.business_unit) AS unit, r.known_at AS at
    FROM known_person_record AS r
    JOIN person_alias AS a ON a.person_record_id = r.person_record_id
    WHERE r.business_unit IS NOT NULL
    UNION ALL
    SELECT k.person_id, 'mail' AS kind, CASE WHEN m.host = m.domain THEN '(company)' ELSE m.host END AS unit, k.known_at AS at
    FROM mail_address AS m
    JOIN person_key AS k ON k.key = 'e:' || m.email
    WHERE m.domain IS NOT NULL
    AND NOT m.is_shared
    UNION ALL
    SELECT a.person_id, 'region' AS kind, LOWER(c.region) AS unit, GREATEST(r.known_at, c.known_at) AS at
    FROM known_person_record AS r
    JOIN person_alias AS a ON a.person_record_id = r.person_record_id
    JOIN known_account_record AS c ON c.account_record_id = r.account_record_id
    WHERE c.region IS NOT NULL
),

since AS (
    SELECT n.person_id, n.kind, n.unit, MIN(n.at) AS from_at
    FROM named AS n
    GROUP BY n.person_id, n.kind, n.unit
)

SELECT
    s.person_id,
    s.kind,
    s.unit,
    s.from_at,
    ROW_NUMBER() OVER (PARTITION BY s.person_id, s.kind ORDER BY s.from_at, s.unit) = 1 AS is_first
FROM since AS s

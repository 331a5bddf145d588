-- Which account a person belonged to, from when: what the CRM links once it does, before that the company domain of the
-- address, else the company's name. For one address or record a weaker sign never replaces a stronger one; a later one of
-- equal strength does, and so does an account link or a company address of another record: that is a move.
WITH name_account AS (
    SELECT
        n.name_key,
        MIN(a.account_id) AS account_id
    FROM known_account_record AS r
    JOIN reading_company AS n ON n.said = r.name
    JOIN account_alias AS a ON a.account_record_id = r.account_record_id
    WHERE n.name_key IS NOT NULL
    GROUP BY n.name_key
    HAVING COUNT(DISTINCT a.account_id) = 1
),

sign AS (
    SELECT
        p.person_id,
        k.key,
        a.account_id,
        1 AS strength,
        'crm_link' AS method,
        r.known_at AS from_at
    FROM known_person_record AS r
    JOIN record_key AS k ON k.person_record_id = r.person_record_id
    JOIN person_alias AS p ON p.person_record_id = r.person_record_id
    JOIN account_alias AS a ON a.account_record_id = r.account_record_id
    UNION ALL
    SELECT
        p.person_id,
        k.key,
        a.account_id,
        1 AS strength,
        'crm_link' AS method,
        r.converted_at AS from_at
    FROM known_person_record AS r
    JOIN record_key AS k ON k.person_record_id = r.person_record_id
    JOIN person_alias AS p ON p.person_record_id = r.person_record_id
    JOIN account_alias AS a ON a.account_record_id = r.converted_account_record_id
    UNION ALL
    SELECT
        k.person_id,
        k.key,
        a.account_id,
        2 AS strength,
        'company_domain' AS method,
        k.known_at AS from_at
    FROM mail_address AS m
    JOIN person_key AS k ON k.key = 'e:' || m.email
    JOIN account_key AS a ON a.key = 'd:' || m.domain
    WHERE m.domain IS NOT NULL
    UNION ALL
    SELECT
        p.person_id,
        k.key,
        n.account_id,
        3 AS strength,
        'company_name' AS method,
        r.known_at AS from_at
    FROM known_person_record AS r
    JOIN record_key AS k ON k.person_record_id = r.person_record_id
    JOIN person_alias AS p ON p.person_record_id = r.person_record_id
    JOIN reading_company AS c ON c.said = r.company_name
    JOIN name_account AS n ON n.name_key = c.name_key
),

judged AS (
    SELECT
        s.person_id,
        s.account_id,
        s.strength,
        s.method,
        s.from_at,
        MIN(s.strength) OVER (
            PARTITION BY s.person_id, s.key ORDER BY s.from_at, s.strength, s.account_id, s.method
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS strongest_of_key,
        MIN(s.strength) OVER (
            PARTITION BY s.person_id ORDER BY s.from_at, s.strength, s.account_id, s.method
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS strongest
    FROM sign AS s
),

instant AS (
    SELECT
        j.person_id,
        j.account_id,
        j.method,
        j.from_at,
        ROW_NUMBER() OVER (PARTITION BY j.person_id, j.from_at ORDER BY j.strength, j.account_id, j.method) AS rank_then
    FROM judged AS j
    WHERE j.strength = j.strongest_of_key
    AND (j.strength < 3 OR j.strongest = 3)
),

moved AS (
    SELECT
        i.person_id,
        i.account_id,
        i.method,
        i.from_at,
        LAG(i.account_id) OVER (PARTITION BY i.person_id ORDER BY i.from_at) AS account_before
    FROM instant AS i
    WHERE i.rank_then = 1
),

stretch AS (
    SELECT
        m.person_id,
        m.account_id,
        m.method,
        m.from_at,
        ROW_NUMBER() OVER (PARTITION BY m.person_id ORDER BY m.from_at) AS number,
        LEAD(m.from_at) OVER (PARTITION BY m.person_id ORDER BY m.from_at) AS valid_to
    FROM moved AS m
    WHERE m.account_before IS NULL
    OR m.account_before <> m.account_id
)

SELECT
    s.person_id,
    s.account_id,
    s.method,
    s.from_at,
    CASE WHEN s.number = 1 THEN 0 ELSE s.from_at END AS valid_from,
    s.valid_to
FROM stretch AS s

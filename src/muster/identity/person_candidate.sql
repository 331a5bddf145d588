-- What there is to compare: every record, and every address without a record, with the account it names by itself.
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

named AS (
    SELECT
        k.key,
        r.person_record_id,
        r.email,
        r.given_name,
        r.family_name,
        r.title,
        p.phone,
        p.street,
        p.city,
        p.postal_code,
        COALESCE(a.account_id, b.account_id) AS crm_account_id,
        n.account_id AS named_account_id,
        r.known_at
    FROM known_person_record AS r
    JOIN record_key AS k ON k.person_record_id = r.person_record_id
    JOIN person_record AS p ON p.person_record_id = r.person_record_id
    LEFT JOIN account_alias AS a ON a.account_record_id = r.account_record_id
    LEFT JOIN account_alias AS b ON b.account_record_id = r.converted_account_record_id
    LEFT JOIN reading_company AS c ON c.said = r.company_name
    LEFT JOIN name_account AS n ON n.name_key = c.name_key
    UNION ALL
    SELECT
        'e:' || m.email AS key,
        CAST(NULL AS VARCHAR) AS person_record_id,
        m.email,
        CAST(NULL AS VARCHAR) AS given_name,
        CAST(NULL AS VARCHAR) AS family_name,
        CAST(NULL AS VARCHAR) AS title,
        CAST(NULL AS VARCHAR) AS phone,
        CAST(NULL AS VARCHAR) AS street,
        CAST(NULL AS VARCHAR) AS city,
        CAST(NULL AS VARCHAR) AS postal_code,
        CAST(NULL AS VARCHAR) AS crm_account_id,
        CAST(NULL AS VARCHAR) AS named_account_id,
        m.known_at
    FROM mail_address AS m
    WHERE NOT m.is_shared
    AND NOT EXISTS (SELECT 1 FROM known_person_record AS r WHERE r.email = m.email)
)

SELECT
    COALESCE('r:' || n.person_record_id, n.key) AS candidate_id,
    n.key,
    COALESCE(x.cluster_key, n.key) AS known_key,
    n.given_name,
    n.family_name,
    n.email,
    COALESCE(m.is_shared, FALSE) AS is_shared,
    m.domain AS company_domain,
    COALESCE(n.crm_account_id, d.account_id, n.named_account_id) AS account_id,
    n.title,
    CASE WHEN t.function <> 'unknown' AND t.seniority <> 'unknown' THEN t.function || ':' || t.seniority END AS title_kind,
    n.phone,
    n.street,
    n.city,
    n.postal_code,
    n.known_at
FROM named AS n
LEFT JOIN mail_address AS m ON m.email = n.email
LEFT JOIN account_key AS d ON d.key = 'd:' || m.domain
LEFT JOIN reading_title AS t ON t.title = n.title
LEFT JOIN exact_person AS x ON x.key = n.key
WHERE NOT COALESCE(m.is_own, FALSE)

-- Organisations that may buy. Facts come from the earliest record that has them; one that no record
-- describes has its domain and the name people wrote.
WITH record AS (
    SELECT
        a.account_id,
        r.account_record_id,
        r.name,
        d.domain,
        r.industry,
        r.employee_count,
        r.country,
        r.region,
        r.owner_id,
        r.known_at,
        ROW_NUMBER() OVER (PARTITION BY a.account_id ORDER BY r.known_at, r.account_record_id) AS age_rank
    FROM account_alias AS a
    JOIN known_account_record AS r ON r.account_record_id = a.account_record_id
    LEFT JOIN reading_domain AS d ON d.said = r.website
),

merged AS (
    SELECT
        r.account_id,
        COUNT(*) AS record_count,
        MIN(CASE WHEN r.domain IS NOT NULL THEN r.age_rank END) AS domain_rank,
        MIN(CASE WHEN r.industry IS NOT NULL THEN r.age_rank END) AS industry_rank,
        MIN(CASE WHEN r.employee_count IS NOT NULL THEN r.age_rank END) AS employee_rank
    FROM record AS r
    GROUP BY r.account_id
),

-- What people at the domain wrote as their company: the name of an account that no record describes.
written AS (
    SELECT
        k.account_id,
        r.company_name,
        r.known_at,
        ROW_NUMBER() OVER (PARTITION BY k.account_id ORDER BY r.known_at, r.person_record_id) AS number
    FROM known_person_record AS r
    JOIN mail_address AS m ON m.email = r.email
    JOIN account_key AS k ON k.key = 'd:' || m.domain
    WHERE r.company_name IS NOT NULL
),

known AS (
    SELECT
        k.account_id,
        MIN(CASE WHEN k.key LIKE 'd:%' THEN SUBSTRING(k.key, 3) END) AS domain,
        MIN(k.first_known_at) AS first_known_at
    FROM account_key AS k
    GROUP BY k.account_id
)

SELECT
    k.account_id,
    COALESCE(r.name, w.company_name, k.domain) AS name,
    COALESCE(d.domain, k.domain) AS domain,
    p.parent_account_id,
    i.industry,
    e.employee_count,
    r.country,
    r.region,
    r.owner_id,
    COALESCE(m.record_count, 0) AS record_count,
    r.known_at AS record_known_at,
    w.company_name AS written_name,
    w.known_at AS written_known_at,
    k.first_known_at
FROM known AS k
LEFT JOIN merged AS m ON m.account_id = k.account_id
LEFT JOIN record AS r ON r.account_id = k.account_id AND r.age_rank = 1
LEFT JOIN record AS d ON d.account_id = k.account_id AND d.age_rank = m.domain_rank
LEFT JOIN record AS i ON i.account_id = k.account_id AND i.age_rank = m.industry_rank
LEFT JOIN record AS e ON e.account_id = k.account_id AND e.age_rank = m.employee_rank
LEFT JOIN written AS w ON w.account_id = k.account_id AND w.number = 1
LEFT JOIN account_parent AS p ON p.account_id = k.account_id AND NOT p.is_cut

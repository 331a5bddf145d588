-- Domains that many companies use, whatever the public lists say: they make no account.
-- Mail domains under which people name at least five different companies, hardly any name twice, and websites that as many
-- accounts give as theirs; rules/mail_domains.csv may say that it is one company after all.
WITH named AS (
    SELECT
        e.domain,
        n.name_key
    FROM known_person_record AS r
    JOIN reading_email AS e ON e.email = r.email
    LEFT JOIN known_account_record AS a ON a.account_record_id = r.account_record_id
    JOIN reading_company AS n ON n.said = COALESCE(r.company_name, a.name)
    LEFT JOIN account_website AS w ON w.domain = e.domain
    LEFT JOIN rule_mail_domains AS k ON k.domain = e.domain AND k.kind = 'company'
    WHERE e.domain IS NOT NULL
    AND k.domain IS NULL
    AND w.domain IS NULL
    AND n.name_key IS NOT NULL
)

SELECT DISTINCT s.domain
FROM (
    SELECT d.domain
    FROM (
        SELECT
            n.domain,
            COUNT(DISTINCT n.name_key) AS name_count,
            COUNT(*) AS record_count
        FROM named AS n
        GROUP BY n.domain
    ) AS d
    WHERE d.name_count >= 5
    AND d.name_count * 3 >= d.record_count
    UNION ALL
    SELECT d.domain
    FROM known_account_record AS r
    JOIN reading_domain AS d ON d.said = r.website
    LEFT JOIN account_website AS w ON w.domain = d.domain
    WHERE d.domain IS NOT NULL
    AND w.domain IS NULL
) AS s

-- Domains that the CRM names as the website of an account. One that five or more company names share is left out,
-- unless one of the names is the domain's own: it is a platform on which many companies have a page.
WITH named AS (
    SELECT
        d.domain,
        n.name_key,
        CASE WHEN w.has_its_name THEN 1 ELSE 0 END AS has_its_name
    FROM known_account_record AS r
    JOIN reading_domain AS d ON d.said = r.website
    LEFT JOIN reading_company AS n ON n.said = r.name
    LEFT JOIN reading_website AS w ON w.name = r.name AND w.website = r.website
    WHERE d.domain IS NOT NULL
)

SELECT n.domain
FROM named AS n
LEFT JOIN rule_mail_domains AS k ON k.domain = n.domain AND k.kind = 'company'
GROUP BY n.domain
HAVING COUNT(DISTINCT n.name_key) < 5
OR COUNT(DISTINCT n.name_key) * 3 < COUNT(*)
OR MAX(n.has_its_name) = 1
OR COUNT(k.domain) > 0

-- Domains that the CRM names as the website of an account.
SELECT DISTINCT d.domain
FROM known_account_record AS r
JOIN reading_domain AS d ON d.said = r.website
WHERE d.domain IS NOT NULL

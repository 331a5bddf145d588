-- Which account each company domain belongs to, whether a record has it or only addresses and visits do.
SELECT
    SUBSTRING(k.key, 3) AS domain,
    k.account_id,
    k.known_at
FROM account_key AS k
WHERE k.key LIKE 'd:%'

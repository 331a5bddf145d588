-- How many people an account employs and what industry it is in, and since when each is known.
SELECT
    f.account_id,
    MAX(CASE WHEN f.attribute = 'employee_count' THEN f.number END) AS employee_count,
    MAX(CASE WHEN f.attribute = 'employee_count' THEN f.known_at END) AS size_known_at,
    MAX(CASE WHEN f.attribute = 'industry' THEN LOWER(f.value) END) AS industry,
    MAX(CASE WHEN f.attribute = 'industry' THEN f.known_at END) AS industry_known_at
FROM account_fact AS f
WHERE f.attribute IN ('employee_count', 'industry')
GROUP BY f.account_id

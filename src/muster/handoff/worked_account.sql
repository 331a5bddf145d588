-- When an account was being worked for a solution by the old process: from the moment it raised a lead, and while an opportunity is open.
SELECT
    p.account_id,
    CAST(NULL AS VARCHAR) AS solution_id,
    a.person_id,
    s.at AS from_at,
    s.at + r.second_lead_us AS to_at
FROM lead_raised AS s
JOIN person_alias AS a ON a.person_record_id = s.person_record_id
JOIN person_account AS p
    ON p.person_id = a.person_id AND p.valid_from <= s.at AND (p.valid_to IS NULL OR s.at < p.valid_to)
JOIN rule_policy AS r ON r.from_at <= s.at AND s.at < r.to_at
UNION ALL
SELECT
    o.account_id,
    o.solution_id,
    CAST(NULL AS VARCHAR) AS person_id,
    o.created_at AS from_at,
    COALESCE(o.closed_at, 9000000000000000) AS to_at
FROM account_opportunity AS o
WHERE o.account_id IS NOT NULL

-- What is told to be one account, or two, before anything is compared: people's decisions, then merges in the CRM.
-- A split between two keys wins over every chain that would join them.
SELECT
    d.left_key,
    d.right_key,
    CASE d.kind WHEN 'merge' THEN 'decided' ELSE 'apart' END AS method,
    d.decided_at AS known_at
FROM account_decision AS d
UNION ALL
SELECT
    'r:' || r.account_record_id AS left_key,
    'r:' || r.merged_into_id AS right_key,
    'merged_record' AS method,
    GREATEST(r.known_at, COALESCE(a.merged_at, 0)) AS known_at
FROM known_account_record AS r
JOIN account_record AS a ON a.account_record_id = r.account_record_id
WHERE r.merged_into_id IS NOT NULL

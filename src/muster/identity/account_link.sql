-- What joins account records, domains and each other: merges in the CRM, and what identity/firms/ found, with its reason.
SELECT
    'r:' || r.account_record_id AS left_key,
    'r:' || r.merged_into_id AS right_key,
    'merged_record' AS method,
    1e0 AS confidence,
    'merged in the CRM' AS evidence
FROM known_account_record AS r
WHERE r.merged_into_id IS NOT NULL
UNION ALL
SELECT
    m.left_key,
    m.right_key,
    m.method,
    m.confidence,
    m.evidence
FROM account_match AS m
WHERE m.verdict = 'join'

-- What joins account records, domains and each other, as identity/firms/ found it or was told, with its reason.
SELECT
    m.left_key,
    m.right_key,
    m.method,
    m.confidence,
    m.evidence
FROM account_match AS m
WHERE m.verdict = 'join'

-- Pairs of accounts that may be one organisation: nothing was joined, somebody should say. A key is a CRM record's id, or a domain.
SELECT
    SUBSTRING(m.left_key, 3) AS left_key,
    SUBSTRING(m.right_key, 3) AS right_key,
    m.method,
    MAX(m.confidence) AS confidence,
    MIN(m.evidence) AS evidence
FROM account_match AS m
WHERE m.verdict = 'review'
GROUP BY SUBSTRING(m.left_key, 3), SUBSTRING(m.right_key, 3), m.method

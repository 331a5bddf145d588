-- What was noticed about accounts and could only be decided by a tie-break, or not at all: each a row for the problem table.
SELECT
    'warning' AS severity,
    'website' AS "column",
    SUBSTRING(m.right_key, 3) AS value,
    'is the domain of several accounts; who only has this domain belongs to: ' || COALESCE(r.name, m.left_key, 'none of them')
    || ' (' || m.evidence || ')' AS reason,
    'Give each account its own website, merge them, or name the parent in the CRM.' AS remedy,
    CAST(m.confidence AS BIGINT) AS count
FROM account_match AS m
LEFT JOIN known_account_record AS r ON 'r:' || r.account_record_id = m.left_key
WHERE m.verdict = 'shared'
UNION ALL
SELECT
    'note' AS severity,
    'name' AS "column",
    MIN(m.evidence) AS value,
    'account records may be one organisation (' || m.method || '); they stay apart until somebody says so' AS reason,
    'Look at these records in the CRM, and merge those that are one.' AS remedy,
    COUNT(*) AS count
FROM account_match AS m
WHERE m.verdict = 'review'
GROUP BY m.method
UNION ALL
SELECT
    'warning' AS severity,
    'parent_record_id' AS "column",
    a.name AS value,
    'is its own parent by way of others: the oldest account of the circle was put on top' AS reason,
    'Take the parent away from one account of the circle in the CRM.' AS remedy,
    COUNT(*) AS count
FROM account_parent AS p
JOIN account AS a ON a.account_id = p.account_id
WHERE p.is_cut
GROUP BY a.name
UNION ALL
SELECT
    'warning' AS severity,
    'domain' AS "column",
    l.domain AS value,
    'looks like ' || MIN(w.domain) || ', the website of an account, and is another domain: they are never joined' AS reason,
    'Look whether somebody forged it, or mistyped.' AS remedy,
    COUNT(DISTINCT w.domain) AS count
FROM reading_lookalike AS l
JOIN reading_lookalike AS k ON k.looks_like = l.looks_like AND k.domain <> l.domain
JOIN account_website AS w ON w.domain = k.domain
WHERE l.looks_like <> l.domain
GROUP BY l.domain

-- What the flow noticed in the records and could only work around: each a row for the problem table.
SELECT
    'warning' AS severity,
    'activity' AS "column",
    e.activity AS value,
    'is an activity that no rule weighs: it scores nothing and is not credited' AS reason,
    'Add a row to rules/activity_weights.csv, or map it to a known activity in muster.toml.' AS remedy,
    COUNT(*) AS count
FROM known_engagement AS e
LEFT JOIN rule_activity_weights AS w ON w.activity = e.activity
WHERE w.activity IS NULL
GROUP BY e.activity
UNION ALL
SELECT
    'warning' AS severity,
    'stage' AS "column",
    h.stage AS value,
    'is a stage that no rule orders: conversion between stages leaves it out' AS reason,
    'Add a row to rules/stages.csv.' AS remedy,
    COUNT(*) AS count
FROM known_stage_change AS h
LEFT JOIN rule_stages AS r ON LOWER(r.stage) = LOWER(h.stage)
WHERE r.stage IS NULL
AND h.stage IS NOT NULL
GROUP BY h.stage
UNION ALL
SELECT
    'note' AS severity,
    'amount_cents' AS "column",
    CAST(NULL AS VARCHAR) AS value,
    'opportunities without an amount count as zero dollars' AS reason,
    'Fill the amount in the CRM.' AS remedy,
    COUNT(*) AS count
FROM known_opportunity AS o
WHERE o.is_amount_missing
HAVING COUNT(*) > 0
UNION ALL
SELECT
    'note' AS severity,
    'account_record_id' AS "column",
    CAST(NULL AS VARCHAR) AS value,
    'opportunities without a known account belong to no buying group; all of their amount is unattributed' AS reason,
    'Fill the account in the CRM.' AS remedy,
    COUNT(*) AS count
FROM account_opportunity AS o
WHERE o.account_id IS NULL
HAVING COUNT(*) > 0
UNION ALL
SELECT
    'note' AS severity,
    'solution_id' AS "column",
    CAST(NULL AS VARCHAR) AS value,
    'opportunities whose solution neither the CRM nor their name tells stand under "unspecified"' AS reason,
    'Fill the solution in the CRM, or add its name to rules/solutions.csv.' AS remedy,
    COUNT(*) AS count
FROM account_opportunity AS o
WHERE o.solution_id = 'unspecified'
HAVING COUNT(*) > 0
UNION ALL
SELECT
    'note' AS severity,
    'email' AS "column",
    d.domain AS value,
    'is a mail domain that people of five or more companies use: it makes no account' AS reason,
    'If it is one company after all, add it to rules/mail_domains.csv with the kind company.' AS remedy,
    COUNT(*) AS count
FROM shared_domain AS d
GROUP BY d.domain
UNION ALL
SELECT
    'note' AS severity,
    'closed_at' AS "column",
    CAST(NULL AS VARCHAR) AS value,
    'opportunities were closed before the first touch of their account and solution: they are not influenced' AS reason,
    'Nothing to do, unless close dates are wrong.' AS remedy,
    COUNT(*) AS count
FROM (
    SELECT o.opportunity_id
    FROM account_opportunity AS o
    JOIN resolved_engagement AS e ON e.account_id = o.account_id AND e.solution_id = o.solution_id AND e.is_marketing
    WHERE o.closed_at IS NOT NULL
    GROUP BY o.opportunity_id, o.closed_at
    HAVING MIN(e.occurred_at) > o.closed_at
) AS early
HAVING COUNT(*) > 0
UNION ALL
SELECT
    'warning' AS severity,
    'closed_on' AS "column",
    CAST(NULL AS VARCHAR) AS value,
    'opportunities were closed before they were created: they count as closed on the day they were created' AS reason,
    'Usual after records were moved into the CRM: export the original creation date.' AS remedy,
    COUNT(*) AS count
FROM opportunity AS o
CROSS JOIN clock AS c
WHERE o.known_at <= c.as_of_at
AND o.is_closed
AND o.closed_on < o.created_at - 86400000000
HAVING COUNT(*) > 0

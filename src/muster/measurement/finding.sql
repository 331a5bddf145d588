-- What the flow noticed in the records and could only work around: each a row for the problem table.
SELECT
    'warning' AS severity,
    'activity' AS "column",
    e.activity AS value,
    'is an activity that no rule weighs: it scores nothing and is not credited' AS reason,
    'Add a row to rules/activity_weights.csv, or map it to a known activity in muster.toml.' AS remedy,
    COUNT(*) AS count
FROM resolved_engagement AS e
LEFT JOIN rule_activity_weights AS w ON w.activity = e.activity
WHERE w.activity IS NULL
GROUP BY e.activity
UNION ALL
SELECT
    'warning' AS severity,
    'stage' AS "column",
    h.stage AS value,
    'is a stage that no rule orders: conversion between stages leaves it out, and what it ends in is told by the CRM alone' AS reason,
    'Add a row to rules/stages.csv.' AS remedy,
    COUNT(*) AS count
FROM (
    SELECT k.stage
    FROM known_stage_change AS k
    UNION ALL
    SELECT o.stage
    FROM known_opportunity AS o
) AS h
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
    'is a domain that people or websites of five or more companies use: it makes no account' AS reason,
    'If it is one company after all, add it to rules/mail_domains.csv with the kind company.' AS remedy,
    COUNT(*) AS count
FROM shared_domain AS d
GROUP BY d.domain
UNION ALL
SELECT
    f.severity,
    f."column",
    f.value,
    f.reason,
    f.remedy,
    f.count
FROM account_finding AS f
UNION ALL
SELECT
    v.severity,
    v."column",
    v.value,
    v.reason,
    v.remedy,
    v.count
FROM visitor_finding AS v
UNION ALL
SELECT
    'warning' AS severity,
    'score' AS "column",
    CAST(INT_DIV(MAX(s.score), 100) AS VARCHAR) AS value,
    'is the highest score that any group ever had: none of them has qualified yet' AS reason,
    'Add web, mail or attendance records, or let capacity decide who comes in (policies.csv).' AS remedy,
    COUNT(DISTINCT s.buying_group_id) AS count
FROM score AS s
CROSS JOIN (
    SELECT COUNT(*) AS stretches
    FROM qualification AS x
    WHERE x.status = 'qualified'
) AS q
WHERE q.stretches = 0
HAVING COUNT(DISTINCT s.buying_group_id) >= 50
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
    'opportunities were closed before their records were made: their money is booked on the close date, and they tell no length of a cycle' AS reason,
    'Usual after records were moved into the CRM: export the original creation date if there is one.' AS remedy,
    COUNT(*) AS count
FROM opportunity AS o
CROSS JOIN clock AS c
WHERE o.known_at <= c.as_of_at
AND o.is_closed
AND o.closed_on < o.created_at - 86400000000
HAVING COUNT(*) > 0
UNION ALL
SELECT
    'note' AS severity,
    'is_deleted' AS "column",
    CAST(NULL AS VARCHAR) AS value,
    'people and accounts were deleted in the source without being merged: they are left out; what their mail address did still counts' AS reason,
    'Nothing to do, unless they were deleted by mistake.' AS remedy,
    COUNT(*) AS count
FROM (
    SELECT r.person_record_id AS record_id, r.known_at
    FROM person_record AS r
    WHERE r.is_deleted
    AND r.merged_into_id IS NULL
    UNION ALL
    SELECT a.account_record_id AS record_id, a.known_at
    FROM account_record AS a
    WHERE a.is_deleted
    AND a.merged_into_id IS NULL
) AS gone
CROSS JOIN clock AS c
WHERE gone.known_at <= c.as_of_at
HAVING COUNT(*) > 0
UNION ALL
SELECT
    'warning' AS severity,
    'lead_status_change.mql' AS "column",
    CAST(NULL AS VARCHAR) AS value,
    'leads, and no MQL date among them: second leads are told from the day a lead was created' AS reason,
    'Name the field that holds the MQL date under [source.fields] in muster.toml, if there is one.' AS remedy,
    COUNT(*) AS count
FROM lead_raised AS l
LEFT JOIN (
    SELECT DISTINCT s.status
    FROM known_lead_status AS s
    WHERE s.status = 'mql'
) AS m ON m.status = 'mql'
WHERE m.status IS NULL
HAVING COUNT(*) > 0
UNION ALL
SELECT
    'note' AS severity,
    'activity' AS "column",
    e.activity AS value,
    'makes its people members where the records hold no older sign of anybody taking part' AS reason,
    'Add the web, mail or attendance records of that time, if there are any.' AS remedy,
    COUNT(*) AS count
FROM resolved_engagement AS e
JOIN rule_activity_weights AS w ON w.activity = e.activity AND w.from_at <= e.occurred_at AND e.occurred_at < w.to_at
WHERE e.is_participation
AND NOT w.is_participation
GROUP BY e.activity
UNION ALL
SELECT
    'warning' AS severity,
    'panel.' || d.feature AS "column",
    d.feature AS value,
    'is a sign that is spread otherwise on the newest Monday looked at than in the weeks the model of chances learnt from' AS reason,
    'See muster report defects, page 4; a campaign may be why. The limit is psi_limit of rules/control.csv.' AS remedy,
    d.row_count AS count
FROM drift AS d
JOIN (SELECT x.measure, MAX(x.week_at) AS week_at FROM drift AS x GROUP BY x.measure) AS l
    ON l.measure = d.measure AND l.week_at = d.week_at
WHERE d.measure = 'psi'
AND d.is_beyond
UNION ALL
SELECT
    'warning' AS severity,
    'chance.p_open' AS "column",
    CAST(NULL AS VARCHAR) AS value,
    CASE WHEN d.value > 0 THEN 'chances were too low as a whole: more opened than was said' ELSE 'chances were too high as a whole: less opened than was said' END
        || CASE d.measure WHEN 'intercept' THEN ', in the newest month whose outcomes are known' ELSE ', by the moving average of the weeks whose outcomes are known' END AS reason,
    'See muster report defects, page 4. Limits stand in rules/control.csv.' AS remedy,
    d.row_count AS count
FROM drift AS d
JOIN (SELECT x.measure, MAX(x.week_at) AS week_at FROM drift AS x GROUP BY x.measure) AS l
    ON l.measure = d.measure AND l.week_at = d.week_at
WHERE d.measure IN ('label_average', 'intercept')
AND d.is_beyond
UNION ALL
SELECT
    'note' AS severity,
    'spend.line' AS "column",
    s.counts_as AS value,
    'rows of spend are no cost by their name or sign, ' || CAST(CAST(SUM(s.amount_cents) AS BIGINT) AS VARCHAR) || ' cents of ' || s.currency || ' in all'
        || CASE WHEN CAST(SUM(s.cost_cents) AS BIGINT) <> 0 THEN ': by a rule they reduce it' ELSE ': they are counted nowhere' END AS reason,
    'Nothing to do; rules/spend_lines.csv says what each name counts as.' AS remedy,
    COUNT(*) AS count
FROM spend_line AS s
WHERE s.counts_as IN ('credit', 'refund', 'total')
GROUP BY s.counts_as, s.currency
UNION ALL
SELECT
    'warning' AS severity,
    'spend.currency' AS "column",
    s.currency AS value,
    'has no exchange rate for the days of this spend: it is kept out of cost per acquisition' AS reason,
    'Add rates as a source of the table exchange_rate, or allow older ones by rate_good_days in rules/finance.csv.' AS remedy,
    COUNT(*) AS count
FROM spend_line AS s
WHERE s.cost_cents <> 0
AND s.company_cents IS NULL
GROUP BY s.currency
UNION ALL
SELECT
    'warning' AS severity,
    'opportunity.currency' AS "column",
    o.currency AS value,
    'has no exchange rate for the days of opportunities created or won: their amounts are kept out of pipeline and revenue per unit spent' AS reason,
    'Add rates as a source of the table exchange_rate, or allow older ones by rate_good_days in rules/finance.csv.' AS remedy,
    COUNT(DISTINCT o.opportunity_id) AS count
FROM (
    SELECT d.opportunity_id, d.currency, d.created_at AS happened_at
    FROM account_opportunity AS d
    UNION ALL
    SELECT d.opportunity_id, d.currency, d.booked_at AS happened_at
    FROM account_opportunity AS d
    WHERE d.is_won
) AS o
LEFT JOIN company_rate AS x ON x.currency = o.currency AND x.from_at <= o.happened_at AND o.happened_at < x.to_at
WHERE x.currency IS NULL
GROUP BY o.currency
UNION ALL
SELECT
    'warning' AS severity,
    'subscription.account_record_id' AS "column",
    CAST(NULL AS VARCHAR) AS value,
    'subscriptions belong to an account that no record tells: their revenue is counted nowhere' AS reason,
    'Read the account records they name, or correct the id.' AS remedy,
    COUNT(*) AS count
FROM known_subscription AS s
LEFT JOIN account_alias AS a ON a.account_record_id = s.account_record_id
WHERE a.account_id IS NULL
HAVING COUNT(*) > 0

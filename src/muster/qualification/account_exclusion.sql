-- Accounts that are not to be handed to sales, from when to when and why: by a rule on what they are known by, or by a decision,
-- which holds until the day it names or the next one about the same. A decision may be about one solution alone.
WITH known_by AS (
    SELECT 'domain' AS kind, LOWER(d.domain) AS text, d.account_id, d.known_at
    FROM account_domain AS d
    UNION ALL
    SELECT 'record' AS kind, LOWER(a.account_record_id) AS text, a.account_id, r.known_at
    FROM account_alias AS a
    JOIN known_account_record AS r ON r.account_record_id = a.account_record_id
    UNION ALL
    SELECT 'name' AS kind, LOWER(r.name) AS text, a.account_id, r.known_at
    FROM account_alias AS a
    JOIN known_account_record AS r ON r.account_record_id = a.account_record_id
    UNION ALL
    SELECT 'type' AS kind, LOWER(r.type) AS text, a.account_id, r.known_at
    FROM account_alias AS a
    JOIN known_account_record AS r ON r.account_record_id = a.account_record_id
),

decided AS (
    SELECT
        d.decision_id,
        d.kind,
        LOWER(d.subject_id) AS text,
        d.other_id AS solution_id,
        d.reason,
        d.decided_at AS from_at,
        LEAST(
            COALESCE(u.until_at, 9000000000000000),
            COALESCE(
                LEAD(d.decided_at) OVER (
                    PARTITION BY LOWER(d.subject_id), COALESCE(d.other_id, '') ORDER BY d.decided_at, d.decision_id
                ),
                9000000000000000
            )
        ) AS to_at
    FROM known_decision AS d
    LEFT JOIN reading_until AS u ON u.value = d.value
    WHERE d.kind IN ('exclude', 'include')
)

SELECT
    k.account_id,
    CAST(NULL AS VARCHAR) AS solution_id,
    GREATEST(r.from_at, k.known_at) AS from_at,
    r.to_at,
    r.said AS reason
FROM rule_exclusions AS r
JOIN known_by AS k ON k.kind = r.kind AND k.text = LOWER(r.text)
WHERE r.is_excluded
AND k.known_at < r.to_at
UNION ALL
SELECT
    k.account_id,
    d.solution_id,
    GREATEST(d.from_at, k.known_at) AS from_at,
    d.to_at,
    COALESCE(d.reason, 'decided') AS reason
FROM decided AS d
JOIN known_by AS k ON k.kind IN ('record', 'domain') AND k.text = d.text
WHERE d.kind = 'exclude'
AND k.known_at < d.to_at

-- What sellers and reviewers said of somebody's part in a group, unless it was undone: each word holds until the next. A role, or
-- `none` for who takes no part in the decision. Whom it is about is said by record, by person or by address.
WITH said AS (
    SELECT DISTINCT n.name, n.person_id
    FROM (
        SELECT k.person_record_id AS name, k.person_id
        FROM person_alias AS k
        UNION ALL
        SELECT k.person_id AS name, k.person_id
        FROM person_key AS k
        UNION ALL
        SELECT SUBSTR(k.key, 3) AS name, k.person_id
        FROM person_key AS k
        WHERE k.key LIKE 'e:%'
    ) AS n
)

SELECT
    d.subject_id AS buying_group_id,
    s.person_id,
    GREATEST(d.decided_at, d.known_at) AS at,
    d.value AS role,
    LAG(d.value) OVER (
        PARTITION BY d.subject_id, s.person_id ORDER BY GREATEST(d.decided_at, d.known_at), d.decided_at, d.decision_id
    ) AS role_before,
    ROW_NUMBER() OVER (
        PARTITION BY d.subject_id, s.person_id ORDER BY GREATEST(d.decided_at, d.known_at), d.decided_at, d.decision_id
    ) AS number
FROM decision AS d
CROSS JOIN clock AS c
JOIN said AS s ON s.name = d.other_id
WHERE d.kind = 'role'
AND d.value IS NOT NULL
AND d.known_at <= c.as_of_at
AND d.decided_at <= c.as_of_at
AND NOT EXISTS (
    SELECT 1 FROM decision AS u
    WHERE u.kind = 'undo' AND u.subject_id = d.decision_id AND u.known_at <= c.as_of_at AND u.decided_at <= c.as_of_at
)

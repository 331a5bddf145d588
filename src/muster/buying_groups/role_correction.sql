-- What sellers and reviewers said of somebody's part in a group, unless it was undone: each word holds until the next. A role, or
-- `none` for who takes no part in the decision. Whom it is about is said by record, by person or by address.
SELECT
    g.buying_group_id,
    s.person_id,
    GREATEST(d.decided_at, d.known_at) AS at,
    d.value AS role,
    LAG(d.value) OVER (
        PARTITION BY g.buying_group_id, s.person_id ORDER BY GREATEST(d.decided_at, d.known_at), d.decided_at, d.decision_id
    ) AS role_before,
    ROW_NUMBER() OVER (
        PARTITION BY g.buying_group_id, s.person_id ORDER BY GREATEST(d.decided_at, d.known_at), d.decided_at, d.decision_id
    ) AS number
FROM known_decision AS d
JOIN decided_group AS g ON g.decision_id = d.decision_id
JOIN person_called AS s ON s.said = d.other_id
WHERE d.kind = 'role'
AND d.value IS NOT NULL

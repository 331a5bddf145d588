-- What people decided about groups, unless it was undone: that two are one (group_merge), or that somebody of a group belongs to one
-- of its own (group_split; several people of one value are together).
SELECT
    d.decision_id,
    d.kind,
    d.subject_id,
    d.other_id,
    COALESCE(d.value, d.subject_id) AS value,
    COALESCE(d.reason, '') AS reason,
    GREATEST(d.decided_at, d.known_at) AS at
FROM decision AS d
CROSS JOIN clock AS c
WHERE d.kind IN ('group_merge', 'group_split')
AND d.other_id IS NOT NULL
AND d.known_at <= c.as_of_at
AND d.decided_at <= c.as_of_at
AND NOT EXISTS (
    SELECT 1 FROM decision AS u
    WHERE u.kind = 'undo' AND u.subject_id = d.decision_id AND u.known_at <= c.as_of_at AND u.decided_at <= c.as_of_at
)

-- People's decisions up to the date.
SELECT
    d.decision_id,
    d.kind,
    d.subject_id,
    d.reason,
    d.decided_by,
    d.decided_at
FROM decision AS d
CROSS JOIN clock AS c
WHERE d.known_at <= c.as_of_at
AND d.decided_at <= c.as_of_at

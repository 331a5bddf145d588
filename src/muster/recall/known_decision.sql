-- People's decisions up to the date, without those that were taken back by then.
SELECT
    d.decision_id,
    d.kind,
    d.subject_id,
    d.other_id,
    d.value,
    d.reason,
    d.decided_by,
    d.decided_at,
    d.about_at,
    d.known_at
FROM decision AS d
CROSS JOIN clock AS c
WHERE d.known_at <= c.as_of_at
AND d.decided_at <= c.as_of_at
AND d.kind <> 'undo'
AND NOT EXISTS (
    SELECT 1 FROM decision AS u
    WHERE u.kind = 'undo' AND u.subject_id = d.decision_id AND u.known_at <= c.as_of_at AND u.decided_at <= c.as_of_at
)

-- Sales' rejections of a group, by its own id or that of one of its hand-offs (the group's id and a number).
SELECT
    g.buying_group_id,
    d.decided_at AS at,
    MIN(COALESCE(d.reason, 'no reason given')) AS reason
FROM known_decision AS d
JOIN group_cycle AS g ON g.buying_group_id = SUBSTRING(d.subject_id, 1, 17)
WHERE d.kind = 'rejected'
AND d.decided_at >= g.opened_at
AND (g.closed_at IS NULL OR d.decided_at < g.closed_at)
GROUP BY g.buying_group_id, d.decided_at

-- Sales' rejections of a group: a decision on the group or one of its hand-offs (the group's id and a number), or a member's
-- lead disqualified in the CRM for a reason that the rules say concerns the whole group.
WITH said AS (
    SELECT
        g.buying_group_id,
        d.decided_at AS at,
        COALESCE(d.reason, 'no reason given') AS reason
    FROM known_decision AS d
    JOIN group_cycle AS g ON g.buying_group_id = SUBSTRING(d.subject_id, 1, 17)
    WHERE d.kind = 'rejected'
    UNION ALL
    SELECT
        m.buying_group_id,
        s.changed_at AS at,
        s.reason
    FROM known_lead_status AS s
    JOIN reading_rejection AS r ON r.reason = s.reason AND r.rejects_group
    JOIN person_alias AS a ON a.person_record_id = s.person_record_id
    JOIN group_person AS m ON m.person_id = a.person_id AND m.joined_at <= s.changed_at
    WHERE s.status = 'disqualified'
)

SELECT
    s.buying_group_id,
    s.at,
    MIN(s.reason) AS reason
FROM said AS s
JOIN group_cycle AS g ON g.buying_group_id = s.buying_group_id
WHERE s.at >= g.opened_at
AND (g.closed_at IS NULL OR s.at < g.closed_at)
GROUP BY s.buying_group_id, s.at

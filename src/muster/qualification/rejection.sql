-- Sales' rejections of a group: a decision on the group or one of its hand-offs, or a member's
-- lead disqualified in the CRM for a reason that the rules say concerns the whole group. Who says "duplicate" has the group
-- already and rejects nothing; a lead's "wrong solution" counts where its person is in one group alone, for it does not say which.
WITH said AS (
    SELECT
        g.buying_group_id,
        d.decided_at AS at,
        COALESCE(d.reason, 'no reason given') AS reason,
        COALESCE(r.concerns, 'other') AS concerns,
        1 AS group_count
    FROM known_decision AS d
    JOIN decided_group AS g ON g.decision_id = d.decision_id
    LEFT JOIN reading_rejection AS r ON r.reason = d.reason
    WHERE d.kind = 'rejected'
    AND COALESCE(r.concerns, 'other') <> 'duplicate'
    UNION ALL
    SELECT
        m.buying_group_id,
        s.changed_at AS at,
        s.reason,
        r.concerns,
        COUNT(*) OVER (PARTITION BY s.person_record_id, s.changed_at) AS group_count
    FROM known_lead_status AS s
    JOIN reading_rejection AS r ON r.reason = s.reason AND r.rejects_group
    JOIN person_alias AS a ON a.person_record_id = s.person_record_id
    JOIN group_person AS m ON m.person_id = a.person_id AND m.joined_at <= s.changed_at
    JOIN group_cycle AS o ON o.buying_group_id = m.buying_group_id AND o.opened_at <= s.changed_at
    WHERE s.status = 'disqualified'
    AND (o.closed_at IS NULL OR s.changed_at < o.closed_at)
)

SELECT
    s.buying_group_id,
    s.at,
    MIN(s.reason) AS reason,
    MIN(CASE WHEN s.concerns = 'authority' THEN 1 ELSE 0 END) = 1 AS until_somebody_decides
FROM said AS s
JOIN group_cycle AS g ON g.buying_group_id = s.buying_group_id
WHERE s.at >= g.opened_at
AND (s.concerns <> 'solution' OR s.group_count = 1)
AND (g.closed_at IS NULL OR s.at < g.closed_at)
GROUP BY s.buying_group_id, s.at

-- Hand-offs with the group as it was known then: members, visitors, score, and the seller they went to, who owned the account unless
-- somebody had passed its group on to another by then; and the seller who has them as of the date.
WITH people AS (
    SELECT
        h.hand_off_id,
        COUNT(*) AS member_count,
        COUNT(r.person_id) AS decider_count
    FROM hand_off_moment AS h
    JOIN group_member AS m ON m.buying_group_id = h.buying_group_id AND m.joined_at <= h.at AND (m.left_at IS NULL OR h.at < m.left_at OR m.back_at <= h.at)
    LEFT JOIN role_held AS r
        ON r.buying_group_id = m.buying_group_id
        AND r.person_id = m.person_id
        AND r.role IN ('decision_maker', 'economic_buyer')
        AND r.from_at <= h.at
        AND (r.to_at IS NULL OR h.at < r.to_at)
    GROUP BY h.hand_off_id
),

visitors AS (
    SELECT
        h.hand_off_id,
        COUNT(DISTINCT e.visitor_id) AS visitor_count
    FROM hand_off_moment AS h
    JOIN group_engagement AS e ON e.buying_group_id = h.buying_group_id AND e.at <= h.at
    WHERE e.visitor_id IS NOT NULL
    AND (e.person_id IS NULL OR e.person_at > h.at)
    GROUP BY h.hand_off_id
),

record_owner AS (
    SELECT
        a.account_id,
        r.owner_id,
        r.known_at,
        ROW_NUMBER() OVER (PARTITION BY a.account_id ORDER BY r.known_at, r.account_record_id) AS number
    FROM account_alias AS a
    JOIN known_account_record AS r ON r.account_record_id = a.account_record_id
    WHERE r.owner_id IS NOT NULL
),

passed_on AS (
    SELECT
        h.hand_off_id,
        d.value AS owner_id,
        CASE WHEN d.decided_at <= h.at THEN 1 ELSE 0 END AS was_before,
        ROW_NUMBER() OVER (PARTITION BY h.hand_off_id ORDER BY d.decided_at DESC, d.decision_id DESC) AS back,
        ROW_NUMBER() OVER (
            PARTITION BY h.hand_off_id, CASE WHEN d.decided_at <= h.at THEN 1 ELSE 0 END ORDER BY d.decided_at DESC, d.decision_id DESC
        ) AS back_there
    FROM hand_off_moment AS h
    JOIN decided_about AS d ON d.buying_group_id = h.buying_group_id AND COALESCE(d.hand_off_id, h.hand_off_id) = h.hand_off_id
    WHERE d.kind = 'reassign'
)

SELECT
    h.hand_off_id,
    h.buying_group_id,
    h.at,
    COALESCE(b.owner_id, o.owner_id) AS handed_to_id,
    COALESCE(t.owner_id, o.owner_id) AS owner_id,
    COALESCE(
        CASE WHEN a.record_known_at <= h.at THEN a.name END,
        CASE WHEN a.written_known_at <= h.at THEN a.written_name END,
        a.domain,
        h.account_id
    ) || ' for ' || h.solution_id || ': '
        || CAST(COALESCE(p.member_count, 0) AS VARCHAR)
        || CASE WHEN p.member_count = 1 THEN ' known person, ' ELSE ' known people, ' END
        || CASE WHEN COALESCE(p.decider_count, 0) = 0 THEN 'none' ELSE CAST(p.decider_count AS VARCHAR) END
        || ' able to decide, and ' || CAST(COALESCE(v.visitor_count, 0) AS VARCHAR)
        || CASE WHEN v.visitor_count = 1 THEN ' anonymous visitor; score ' ELSE ' anonymous visitors; score ' END
        || CAST(INT_DIV(m.score, 100) AS VARCHAR) || ' of 100' AS sentence,
    COALESCE(p.member_count, 0) AS member_count,
    COALESCE(v.visitor_count, 0) AS visitor_count,
    m.score,
    CASE WHEN h.at < c.live_since_at THEN TRUE ELSE FALSE END AS is_replayed
FROM hand_off_moment AS h
CROSS JOIN clock AS c
JOIN account AS a ON a.account_id = h.account_id
JOIN moment_state AS m ON m.buying_group_id = h.buying_group_id AND m.scored_at = h.at
LEFT JOIN people AS p ON p.hand_off_id = h.hand_off_id
LEFT JOIN visitors AS v ON v.hand_off_id = h.hand_off_id
LEFT JOIN record_owner AS o ON o.account_id = h.account_id AND o.number = 1 AND o.known_at <= h.at
LEFT JOIN passed_on AS t ON t.hand_off_id = h.hand_off_id AND t.back = 1
LEFT JOIN passed_on AS b ON b.hand_off_id = h.hand_off_id AND b.was_before = 1 AND b.back_there = 1

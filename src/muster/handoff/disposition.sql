-- Sales' answers: decisions first (a return to nurture is recycled); else what the CRM shows sales did with the group until the next hand-off, at the longest for
-- the time that rules/qualification.csv allows: an opportunity, a member's lead rejected for a reason that concerns the group, or a first call, message or meeting.
WITH span AS (
    SELECT
        h.hand_off_id,
        h.buying_group_id,
        h.account_id,
        h.solution_id,
        h.part,
        h.at,
        h.to_at,
        LEAST(
            h.at + p.answer_us,
            COALESCE(LEAD(h.at) OVER (PARTITION BY h.account_id, h.solution_id, h.part ORDER BY h.at, h.hand_off_id), 9000000000000000)
        ) AS until_at
    FROM hand_off_moment AS h
    JOIN rule_policy AS p ON p.from_at <= h.at AND h.at < p.to_at
),

act AS (
    SELECT
        h.hand_off_id,
        s.occurred_at AS at
    FROM span AS h
    JOIN group_member AS m ON m.buying_group_id = h.buying_group_id AND m.joined_at <= h.at
    JOIN person_alias AS a ON a.person_id = m.person_id
    JOIN known_sales_activity AS s ON s.person_record_id = a.person_record_id
    WHERE s.occurred_at >= h.at
    AND s.occurred_at < h.until_at
),

answer AS (
    SELECT
        h.hand_off_id,
        CASE WHEN d.kind = 'nurture' THEN 'recycled' ELSE d.kind END AS outcome,
        d.reason,
        GREATEST(d.decided_at, h.at) AS at
    FROM span AS h
    JOIN decided_about AS d ON d.buying_group_id = h.buying_group_id
    WHERE d.kind IN ('accepted', 'rejected', 'recycled', 'nurture')
    AND (
        d.hand_off_id = h.hand_off_id
        OR (d.hand_off_id IS NULL AND d.decided_at >= h.at AND d.decided_at <= COALESCE(h.to_at, 9000000000000000))
    )
    UNION ALL
    SELECT
        h.hand_off_id,
        'opportunity' AS outcome,
        o.stage AS reason,
        o.created_at AS at
    FROM span AS h
    JOIN account_opportunity AS o
        ON o.account_id = h.account_id
        AND o.solution_id = h.solution_id
        AND o.part = h.part
        AND o.created_at >= h.at
        AND o.created_at < h.until_at
    UNION ALL
    SELECT
        h.hand_off_id,
        'rejected' AS outcome,
        l.reason,
        l.changed_at AS at
    FROM span AS h
    JOIN group_member AS m ON m.buying_group_id = h.buying_group_id AND m.joined_at <= h.at
    JOIN person_alias AS a ON a.person_id = m.person_id
    JOIN known_lead_status AS l ON l.person_record_id = a.person_record_id AND l.status = 'disqualified'
    JOIN reading_rejection AS r ON r.reason = l.reason AND r.rejects_group
    WHERE l.changed_at >= h.at
    AND l.changed_at < h.until_at
    UNION ALL
    SELECT
        a.hand_off_id,
        'worked' AS outcome,
        CAST(NULL AS VARCHAR) AS reason,
        MIN(a.at) AS at
    FROM act AS a
    GROUP BY a.hand_off_id
),

first_act AS (
    SELECT a.hand_off_id, MIN(a.at) AS at
    FROM act AS a
    GROUP BY a.hand_off_id
)

SELECT
    w.hand_off_id,
    w.outcome,
    MIN(w.reason) AS reason,
    w.at,
    CAST(FLOOR((MIN(f.at) - MIN(h.at)) / 3.6e7 + 5e-1) AS BIGINT) / 1e2 AS hours_to_first_action
FROM answer AS w
JOIN hand_off_moment AS h ON h.hand_off_id = w.hand_off_id
LEFT JOIN first_act AS f ON f.hand_off_id = w.hand_off_id
GROUP BY w.hand_off_id, w.outcome, w.at

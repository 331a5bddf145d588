-- What tells a member's role, dated by when it was known: what somebody did in the group, what sales named them, and what a
-- seller corrected. Of several corrections the latest holds: each takes back the one before it (sign -1).
WITH act AS (
    SELECT
        e.buying_group_id,
        e.person_id,
        e.person_at AS at,
        r.activity,
        r.is_buying_act,
        ROW_NUMBER() OVER (
            PARTITION BY e.buying_group_id, e.person_id, r.activity ORDER BY e.person_at, e.engagement_id
        ) AS number_of_kind,
        ROW_NUMBER() OVER (PARTITION BY e.buying_group_id, e.person_id ORDER BY e.person_at, e.engagement_id) AS number
    FROM group_engagement AS e
    JOIN resolved_engagement AS r ON r.engagement_id = e.engagement_id
    WHERE e.person_id IS NOT NULL
    AND e.is_participation
),

-- A person's lead sent back because they have no say tells of them; a group sent back for it tells of all who were in it.
without_a_say AS (
    SELECT m.buying_group_id, m.person_id, s.changed_at AS at
    FROM known_lead_status AS s
    JOIN reading_rejection AS r ON r.reason = s.reason AND r.concerns = 'authority'
    JOIN person_alias AS a ON a.person_record_id = s.person_record_id
    JOIN role_member AS m ON m.person_id = a.person_id
    WHERE s.status = 'disqualified'
    UNION ALL
    SELECT m.buying_group_id, m.person_id, d.decided_at AS at
    FROM known_decision AS d
    JOIN reading_rejection AS r ON r.reason = d.reason AND r.concerns = 'authority'
    JOIN decided_group AS g ON g.decision_id = d.decision_id
    JOIN role_member AS m ON m.buying_group_id = g.buying_group_id AND m.from_at <= d.decided_at
    WHERE d.kind = 'rejected'
),

said AS (
    SELECT w.buying_group_id, w.person_id, MIN(w.at) AS at, 'without_a_say' AS signal, '' AS role, 1 AS sign
    FROM without_a_say AS w
    GROUP BY w.buying_group_id, w.person_id
    UNION ALL
    SELECT a.buying_group_id, a.person_id, a.at, 'read_docs' AS signal, '' AS role, 1 AS sign
    FROM act AS a
    WHERE a.activity = 'docs_viewed'
    AND a.number_of_kind = 1
    UNION ALL
    SELECT a.buying_group_id, a.person_id, a.at, 'read_docs_again' AS signal, '' AS role, 1 AS sign
    FROM act AS a
    WHERE a.activity = 'docs_viewed'
    AND a.number_of_kind = 3
    UNION ALL
    SELECT a.buying_group_id, a.person_id, a.at, 'looked_at_prices' AS signal, '' AS role, 1 AS sign
    FROM act AS a
    WHERE a.activity = 'pricing_viewed'
    AND a.number_of_kind = 1
    UNION ALL
    SELECT a.buying_group_id, a.person_id, MIN(a.at) AS at, 'raised_hand' AS signal, '' AS role, 1 AS sign
    FROM act AS a
    WHERE a.is_buying_act
    GROUP BY a.buying_group_id, a.person_id
    UNION ALL
    SELECT a.buying_group_id, a.person_id, a.at, 'active' AS signal, '' AS role, 1 AS sign
    FROM act AS a
    WHERE a.number IN (2, 4, 8, 16, 32)
    UNION ALL
    SELECT g.buying_group_id, s.from_person_id AS person_id, MIN(s.sharer_at) AS at, 'passed_on' AS signal, '' AS role, 1 AS sign
    FROM share AS s
    JOIN group_engagement AS g ON g.engagement_id = s.engagement_id
    WHERE s.from_person_id IS NOT NULL
    GROUP BY g.buying_group_id, s.from_person_id
    UNION ALL
    SELECT n.buying_group_id, n.person_id, MIN(n.at) AS at, 'named' AS signal, n.role, 1 AS sign
    FROM named_person AS n
    WHERE n.role IS NOT NULL
    GROUP BY n.buying_group_id, n.person_id, n.role
    UNION ALL
    SELECT c.buying_group_id, c.person_id, c.at, 'corrected' AS signal, c.role, 1 AS sign
    FROM role_correction AS c
    UNION ALL
    SELECT c.buying_group_id, c.person_id, c.at, 'corrected' AS signal, c.role_before AS role, -1 AS sign
    FROM role_correction AS c
    WHERE c.role_before IS NOT NULL
)

SELECT
    s.buying_group_id,
    s.person_id,
    GREATEST(s.at, p.from_at) AS at,
    s.signal,
    s.role,
    s.sign
FROM said AS s
JOIN role_member AS p ON p.buying_group_id = s.buying_group_id AND p.person_id = s.person_id
UNION ALL
SELECT
    p.buying_group_id,
    p.person_id,
    p.from_at AS at,
    CASE WHEN p.joined_at <= g.opened_at THEN 'first' ELSE 'joined_late' END AS signal,
    '' AS role,
    1 AS sign
FROM role_member AS p
JOIN group_cycle AS g ON g.buying_group_id = p.buying_group_id
WHERE p.joined_at <= g.opened_at
OR p.joined_at > g.opened_at + 3628800000000

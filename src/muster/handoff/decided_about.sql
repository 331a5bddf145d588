-- Every decision that nobody took back, and what carries it as told now: a hand-off, a group, a role in one, an account or people. Ids
-- give way as records come; a decision goes with what it was about, and one that finds nothing says so. Where two thereby meet on one
-- subject the later holds. An answer to a hand-off belongs to the last one before it; a group that, as told now, went to sales only
-- later takes a yes, a note and a seller along, while a no speaks of the group as it was.
WITH word AS (
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
        CASE
            WHEN d.kind IN ('accepted', 'rejected', 'recycled', 'nurture') THEN 'answer'
            WHEN d.kind IN ('reassign', 'note', 'role') THEN d.kind
            WHEN d.kind IN ('group_merge', 'group_split') THEN 'group'
            WHEN d.kind IN ('exclude', 'include') THEN 'exclusion'
            WHEN d.kind IN ('account_merge', 'account_split') THEN 'account'
            WHEN d.kind IN ('merge', 'split') THEN 'person'
            ELSE 'nothing'
        END AS topic
    FROM known_decision AS d
),

answered AS (
    SELECT
        w.decision_id,
        h.hand_off_id,
        ROW_NUMBER() OVER (
            PARTITION BY w.decision_id
            ORDER BY
                CASE WHEN h.at <= w.decided_at THEN 0 ELSE 1 END,
                CASE WHEN w.about_at IS NULL AND h.hand_off_id = w.subject_id THEN 0 ELSE 1 END,
                ABS(h.at - COALESCE(w.about_at, w.decided_at)),
                h.at
        ) AS number
    FROM word AS w
    JOIN decided_group AS g ON g.decision_id = w.decision_id
    JOIN hand_off_moment AS h ON h.buying_group_id = g.buying_group_id
    WHERE w.topic IN ('answer', 'reassign', 'note')
    AND w.subject_id <> SUBSTRING(w.subject_id, 1, 17)
    AND (h.at <= w.decided_at OR w.kind IN ('accepted', 'reassign', 'note'))
),

account_called AS (
    SELECT x.said, MIN(x.account_id) AS account_id
    FROM (
        SELECT LOWER(a.account_record_id) AS said, a.account_id
        FROM account_alias AS a
        UNION ALL
        SELECT LOWER(d.domain) AS said, d.account_id
        FROM account_domain AS d
        UNION ALL
        SELECT LOWER(SUBSTRING(k.key, 3)) AS said, k.account_id
        FROM account_key AS k
        WHERE k.key LIKE 'd:%'
    ) AS x
    GROUP BY x.said
),

found AS (
    SELECT
        w.decision_id,
        w.kind,
        w.subject_id,
        w.other_id,
        w.value,
        w.reason,
        w.decided_by,
        w.decided_at,
        w.topic,
        COALESCE(c.account_id, CASE WHEN w.topic IN ('exclusion', 'account') THEN a.account_id END) AS account_id,
        g.buying_group_id,
        h.hand_off_id,
        CASE WHEN w.topic = 'role' THEN p.person_id WHEN w.topic = 'person' THEN q.person_id END AS person_id,
        CASE
            WHEN w.topic IN ('answer', 'reassign', 'note', 'group') AND g.buying_group_id IS NULL THEN 'no group has this id, or had it as told now'
            WHEN w.topic = 'role' AND g.buying_group_id IS NULL THEN 'no group has this id, or had it as told now'
            WHEN w.topic = 'role' AND p.person_id IS NULL THEN 'nobody is known by this record, address or id'
            WHEN w.topic = 'role' AND m.person_id IS NULL THEN 'no member of the group now'
            WHEN w.topic IN ('exclusion', 'account') AND a.account_id IS NULL THEN 'no account has this record or domain'
            WHEN w.topic = 'account' AND b.account_id IS NULL THEN 'no account has the second record or domain'
            WHEN w.topic = 'person' AND q.person_id IS NULL THEN 'nobody is known by this record or address'
            WHEN w.topic = 'person' AND p.person_id IS NULL THEN 'nobody is known by the second record or address'
            WHEN w.topic = 'nothing' THEN 'no such kind of decision'
        END AS lost_because
    FROM word AS w
    LEFT JOIN decided_group AS g ON g.decision_id = w.decision_id
    LEFT JOIN group_cycle AS c ON c.buying_group_id = g.buying_group_id
    LEFT JOIN answered AS h ON h.decision_id = w.decision_id AND h.number = 1
    LEFT JOIN account_called AS a ON a.said = LOWER(w.subject_id)
    LEFT JOIN account_called AS b ON b.said = LOWER(w.other_id)
    LEFT JOIN person_called AS q ON q.said = w.subject_id
    LEFT JOIN person_called AS p ON p.said = w.other_id
    LEFT JOIN role_member AS m ON m.buying_group_id = g.buying_group_id AND m.person_id = p.person_id
)

SELECT
    f.decision_id,
    f.kind,
    f.subject_id,
    f.other_id,
    f.value,
    f.reason,
    f.decided_by,
    f.decided_at,
    f.account_id,
    f.buying_group_id,
    f.hand_off_id,
    f.person_id,
    CASE
        WHEN f.lost_because IS NOT NULL THEN CAST(NULL AS VARCHAR)
        WHEN f.topic IN ('answer', 'reassign', 'note') THEN CASE WHEN f.hand_off_id IS NULL THEN 'group' ELSE 'hand_off' END
        WHEN f.topic = 'exclusion' THEN 'account'
        ELSE f.topic
    END AS carried_by,
    COALESCE(
        CASE WHEN f.subject_id = SUBSTRING(f.subject_id, 1, 17) THEN f.buying_group_id ELSE COALESCE(f.hand_off_id, f.buying_group_id) END
            <> f.subject_id,
        FALSE
    ) AS is_moved,
    CASE
        WHEN f.lost_because IS NULL AND f.topic <> 'note' THEN LEAD(f.decision_id) OVER (
            PARTITION BY
                f.topic,
                CASE
                    WHEN f.lost_because IS NOT NULL OR f.topic IN ('note', 'group') THEN f.decision_id
                    WHEN f.topic = 'role' THEN f.buying_group_id || '|' || f.person_id
                    WHEN f.topic = 'exclusion' THEN LOWER(f.subject_id) || '|' || COALESCE(f.other_id, '')
                    WHEN f.topic IN ('account', 'person') THEN LEAST(f.subject_id, f.other_id) || '|' || GREATEST(f.subject_id, f.other_id)
                    ELSE COALESCE(f.hand_off_id, f.buying_group_id)
                END
            ORDER BY f.decided_at, f.decision_id
        )
    END AS overruled_by,
    f.lost_because
FROM found AS f

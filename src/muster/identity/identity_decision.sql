-- What people decided about who is who, people and accounts alike: the last word on each two, unless it was undone.
WITH known AS (
    SELECT
        d.decision_id,
        CASE WHEN d.kind IN ('account_merge', 'account_split') THEN 'account' ELSE 'person' END AS about,
        CASE d.kind WHEN 'account_merge' THEN 'merge' WHEN 'account_split' THEN 'split' ELSE d.kind END AS kind,
        d.subject_id,
        d.other_id,
        d.decided_at
    FROM decision AS d
    CROSS JOIN clock AS c
    WHERE d.known_at <= c.as_of_at
    AND d.decided_at <= c.as_of_at
    AND d.kind IN ('merge', 'split', 'account_merge', 'account_split', 'undo')
),

ranked AS (
    SELECT
        k.about,
        k.kind,
        k.subject_id,
        k.other_id,
        k.decided_at,
        ROW_NUMBER() OVER (
            PARTITION BY k.about, LEAST(k.subject_id, k.other_id), GREATEST(k.subject_id, k.other_id)
            ORDER BY k.decided_at DESC, k.decision_id DESC
        ) AS rank_then
    FROM known AS k
    WHERE k.kind IN ('merge', 'split')
    AND k.other_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM known AS u WHERE u.kind = 'undo' AND u.subject_id = k.decision_id)
)

SELECT
    r.about,
    r.kind,
    r.subject_id,
    r.other_id,
    r.decided_at
FROM ranked AS r
WHERE r.rank_then = 1

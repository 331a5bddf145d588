-- Every split and merge of groups: which group came of which, when, by rule or by a decision, and why. The older id stays with the part
-- that was there first.
WITH apart AS (
    SELECT
        g.buying_group_id,
        g.account_id,
        g.solution_id,
        g.opened_at,
        p.kind,
        p.merged_at,
        p.reason
    FROM group_cycle AS g
    JOIN group_part AS p ON p.account_id = g.account_id AND p.solution_id = g.solution_id AND p.part = g.part
),

beside AS (
    SELECT
        a.buying_group_id,
        o.buying_group_id AS other_group_id,
        ROW_NUMBER() OVER (
            PARTITION BY a.buying_group_id
            ORDER BY CASE WHEN o.opened_at <= a.opened_at THEN 0 ELSE 1 END, ABS(o.opened_at - a.opened_at), o.buying_group_id
        ) AS number
    FROM apart AS a
    JOIN group_cycle AS o ON o.account_id = a.account_id AND o.solution_id = a.solution_id AND o.part = ''
)

SELECT
    a.buying_group_id,
    'split' AS kind,
    a.opened_at AS at,
    b.other_group_id,
    CASE WHEN a.kind = 'decision' THEN 'decision' ELSE 'rule' END AS decided_by,
    a.reason,
    a.merged_at AS undone_at
FROM apart AS a
LEFT JOIN beside AS b ON b.buying_group_id = a.buying_group_id AND b.number = 1
UNION ALL
SELECT
    a.buying_group_id,
    'merge' AS kind,
    a.merged_at AS at,
    b.other_group_id,
    'rule' AS decided_by,
    'more than half of the people belong to both' AS reason,
    CAST(NULL AS BIGINT) AS undone_at
FROM apart AS a
LEFT JOIN beside AS b ON b.buying_group_id = a.buying_group_id AND b.number = 1
WHERE a.merged_at IS NOT NULL
AND a.opened_at < a.merged_at
UNION ALL
SELECT
    i.buying_group_id,
    'merge' AS kind,
    MIN(d.at) AS at,
    MIN(CASE WHEN d.subject_id = i.buying_group_id THEN d.other_id ELSE d.subject_id END) AS other_group_id,
    'decision' AS decided_by,
    MIN(CASE WHEN d.reason = '' THEN 'decided' ELSE d.reason END) AS reason,
    CAST(NULL AS BIGINT) AS undone_at
FROM group_decision AS d
JOIN part_id AS i ON i.buying_group_id IN (d.subject_id, d.other_id) AND i.part <> ''
WHERE d.kind = 'group_merge'
GROUP BY i.buying_group_id

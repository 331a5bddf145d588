-- Parts that an account's interest in a solution falls into, beside the one that was there first: business units apart by the rule,
-- unless somebody decided that the groups are one; and people whom somebody decided to be a group of their own.
WITH joined AS (
    SELECT DISTINCT a.account_id, a.solution_id, a.part
    FROM group_decision AS d
    JOIN part_id AS a ON a.buying_group_id IN (d.subject_id, d.other_id)
    JOIN part_id AS b
        ON b.buying_group_id IN (d.subject_id, d.other_id)
        AND b.account_id = a.account_id
        AND b.solution_id = a.solution_id
        AND b.part <> a.part
    WHERE d.kind = 'group_merge'
    AND a.part <> ''
)

SELECT
    u.account_id,
    u.solution_id,
    u.part,
    u.kind,
    u.split_at,
    u.merged_at,
    u.kind || ' ' || u.unit || ' beside ' || u.home || ': no people in common' AS reason
FROM unit_pair AS u
WHERE NOT EXISTS (
    SELECT 1 FROM joined AS j WHERE j.account_id = u.account_id AND j.solution_id = u.solution_id AND j.part = u.part
)
UNION ALL
SELECT
    i.account_id,
    i.solution_id,
    'decided:' || d.value AS part,
    'decision' AS kind,
    CAST(0 AS BIGINT) AS split_at,
    CAST(NULL AS BIGINT) AS merged_at,
    MIN(CASE WHEN d.reason = '' THEN 'decided' ELSE d.reason END) AS reason
FROM group_decision AS d
JOIN part_id AS i ON i.buying_group_id = d.subject_id
WHERE d.kind = 'group_split'
GROUP BY i.account_id, i.solution_id, d.value

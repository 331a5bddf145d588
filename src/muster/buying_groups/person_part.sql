-- Which part of an account's interest in a solution each person belongs to, from when to when; nobody named here belongs to the first.
-- A decision goes before a rule, and the earlier split before the later.
WITH placed AS (
    SELECT p.account_id, p.solution_id, s.person_id, p.part, 0 AS preference, p.split_at, p.merged_at, p.split_at AS from_at
    FROM group_decision AS d
    JOIN part_id AS i ON i.buying_group_id = d.subject_id
    JOIN group_part AS p ON p.account_id = i.account_id AND p.solution_id = i.solution_id AND p.part = 'decided:' || d.value
    JOIN person_called AS s ON s.said = d.other_id
    WHERE d.kind = 'group_split'
    UNION ALL
    SELECT
        p.account_id,
        p.solution_id,
        u.person_id,
        p.part,
        1 AS preference,
        p.split_at,
        p.merged_at,
        GREATEST(p.split_at, u.from_at) AS from_at
    FROM group_part AS p
    JOIN person_unit AS u ON p.part = u.kind || ':' || u.unit AND u.is_first
),

ranked AS (
    SELECT
        p.account_id,
        p.solution_id,
        p.person_id,
        p.part,
        p.from_at,
        COALESCE(p.merged_at, 9000000000000000) AS to_at,
        ROW_NUMBER() OVER (
            PARTITION BY p.account_id, p.solution_id, p.person_id ORDER BY p.preference, p.split_at, p.part
        ) AS number
    FROM placed AS p
)

SELECT
    r.account_id,
    r.solution_id,
    r.person_id,
    r.part,
    r.from_at,
    NULLIF(r.to_at, 9000000000000000) AS to_at
FROM ranked AS r
WHERE r.number = 1
AND r.from_at < r.to_at

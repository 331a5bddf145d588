-- The group that each decision about a group or a hand-off is about as told now. An account's id is a hash of one of its keys, and a
-- group's a hash of that, the solution, the business unit and the cycle: so an id that gave way is found again by the keys. Cycles are
-- counted anew where late records tell of an earlier one; so what was decided belongs to the cycle that was running then. Where
-- somebody told the account apart since, the other half is looked through, too.
WITH said AS (
    SELECT
        d.decision_id,
        SUBSTRING(d.subject_id, 1, 17) AS said_id,
        COALESCE(d.about_at, d.decided_at) AS about_at,
        CASE WHEN d.about_at IS NULL THEN 1 ELSE 0 END AS goes_by_id
    FROM known_decision AS d
    WHERE d.kind IN ('accepted', 'rejected', 'recycled', 'nurture', 'reassign', 'note', 'role', 'group_merge', 'group_split')
),

gone AS (
    SELECT DISTINCT s.said_id
    FROM said AS s
    LEFT JOIN group_cycle AS g ON g.buying_group_id = s.said_id
    WHERE g.buying_group_id IS NULL
),

part AS (
    SELECT DISTINCT o.part
    FROM (
        SELECT g.part FROM group_cycle AS g
        UNION ALL
        SELECT u.kind || ':' || u.home AS part FROM unit_pair AS u
    ) AS o
),

solution AS (
    SELECT DISTINCT g.solution_id
    FROM group_cycle AS g
),

-- Every id that a group could have, where it is asked for one that no group has.
called AS (
    SELECT
        'g' || SUBSTRING(MD5('a' || SUBSTRING(MD5(k.key), 1, 16) || '|' || s.solution_id || '|' || CASE WHEN p.part = '' THEN '' ELSE p.part || '|' END
            || CAST(b.band + 1 AS VARCHAR)), 1, 16) AS said_id,
        k.account_id,
        s.solution_id,
        p.part
    FROM account_key AS k
    CROSS JOIN solution AS s
    CROSS JOIN part AS p
    CROSS JOIN band AS b
    WHERE EXISTS (SELECT 1 FROM gone AS o)
),

place AS (
    SELECT s.decision_id, s.said_id, s.about_at, s.goes_by_id, g.account_id, g.solution_id, g.part
    FROM said AS s
    JOIN group_cycle AS g ON g.buying_group_id = s.said_id
    UNION ALL
    SELECT s.decision_id, s.said_id, s.about_at, s.goes_by_id, c.account_id, c.solution_id, c.part
    FROM said AS s
    JOIN gone AS o ON o.said_id = s.said_id
    JOIN called AS c ON c.said_id = s.said_id
),

apart AS (
    SELECT a.account_id, b.account_id AS other_id
    FROM account_decision AS d
    JOIN account_key AS a ON a.key = d.left_key
    JOIN account_key AS b ON b.key = d.right_key
    WHERE d.kind = 'split'
    UNION ALL
    SELECT b.account_id, a.account_id AS other_id
    FROM account_decision AS d
    JOIN account_key AS a ON a.key = d.left_key
    JOIN account_key AS b ON b.key = d.right_key
    WHERE d.kind = 'split'
),

candidate AS (
    SELECT p.decision_id, p.said_id, p.about_at, p.goes_by_id, p.account_id, p.solution_id, p.part, 0 AS place
    FROM place AS p
    UNION ALL
    SELECT p.decision_id, p.said_id, p.about_at, p.goes_by_id, a.other_id AS account_id, p.solution_id, p.part, 1 AS place
    FROM place AS p
    JOIN apart AS a ON a.account_id = p.account_id
),

ranked AS (
    SELECT
        c.decision_id,
        g.buying_group_id,
        ROW_NUMBER() OVER (
            PARTITION BY c.decision_id
            ORDER BY
                CASE WHEN c.goes_by_id = 1 AND g.buying_group_id = c.said_id AND g.opened_at <= c.about_at THEN 0 ELSE 1 END,
                CASE WHEN g.part = c.part THEN 0 ELSE 1 END,
                CASE WHEN g.opened_at <= c.about_at AND c.about_at <= COALESCE(g.closed_at, 9000000000000000) THEN 0 ELSE 1 END,
                c.place,
                GREATEST(g.opened_at - c.about_at, c.about_at - COALESCE(g.closed_at, 9000000000000000)),
                g.buying_group_id
        ) AS number
    FROM candidate AS c
    JOIN group_cycle AS g ON g.account_id = c.account_id AND g.solution_id = c.solution_id AND (g.part = c.part OR g.part = '')
)

SELECT r.decision_id, r.buying_group_id
FROM ranked AS r
WHERE r.number = 1

-- The ids that the groups of an account, solution and business unit can have, or had while another of its keys stood for an account
-- of its own, so that decisions find them: eight cycles each.
WITH cycle AS (
    SELECT b.band + 1 AS cycle
    FROM band AS b
    WHERE b.band < 8
),

place AS (
    SELECT DISTINCT x.account_id, x.solution_id, '' AS part
    FROM resolved_engagement AS x
    WHERE x.account_id IS NOT NULL
    AND x.solution_id IS NOT NULL
    UNION ALL
    SELECT u.account_id, u.solution_id, u.part
    FROM unit_pair AS u
)

SELECT
    'g' || SUBSTRING(MD5('a' || SUBSTRING(MD5(k.key), 1, 16) || '|' || p.solution_id || '|' || CASE WHEN p.part = '' THEN '' ELSE p.part || '|' END
        || CAST(c.cycle AS VARCHAR)), 1, 16) AS buying_group_id,
    p.account_id,
    p.solution_id,
    p.part
FROM place AS p
JOIN account_key AS k ON k.account_id = p.account_id
CROSS JOIN cycle AS c
WHERE EXISTS (SELECT 1 FROM group_decision AS d)

-- The roles each group needs: the rules for its solution, else those for any.
WITH fitting AS (
    SELECT
        g.buying_group_id,
        n.role,
        n.needed,
        ROW_NUMBER() OVER (
            PARTITION BY g.buying_group_id, n.role ORDER BY CASE WHEN n.solution_id = '*' THEN 1 ELSE 0 END
        ) AS number
    FROM group_cycle AS g
    JOIN rule_role_needs AS n
        ON (n.solution_id = g.solution_id OR n.solution_id = '*')
        AND n.from_at <= g.opened_at
        AND g.opened_at < n.to_at
)

SELECT
    f.buying_group_id,
    f.role,
    f.needed
FROM fitting AS f
WHERE f.number = 1

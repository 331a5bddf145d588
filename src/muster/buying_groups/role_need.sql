-- How many people of each role a group needs: what the rules ask for its solution, else for any, and more where the solution's won
-- deals had more. The mean of the deals won before the group opened is drawn towards the rules as if ten deals had said those, and
-- rounded. It never asks for less than the rules: who left no trace in a won deal may still have been needed.
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
),

known_role AS (
    SELECT DISTINCT x.role
    FROM role_expectation AS x
),

had AS (
    SELECT
        h.buying_group_id,
        h.role,
        COUNT(*) AS people
    FROM role_holder AS h
    JOIN group_cycle AS g ON g.buying_group_id = h.buying_group_id
    WHERE g.closing_reason = 'won'
    AND h.from_at < g.closed_at
    AND (h.to_at IS NULL OR h.to_at >= g.closed_at)
    GROUP BY h.buying_group_id, h.role
),

line AS (
    SELECT g.solution_id, k.role, g.closed_at AS at, 1 AS deals, COALESCE(h.people, 0) AS people, '' AS buying_group_id
    FROM group_cycle AS g
    CROSS JOIN known_role AS k
    LEFT JOIN had AS h ON h.buying_group_id = g.buying_group_id AND h.role = k.role
    WHERE g.closing_reason = 'won'
    UNION ALL
    SELECT g.solution_id, k.role, g.opened_at AS at, 0 AS deals, 0 AS people, g.buying_group_id
    FROM group_cycle AS g
    CROSS JOIN known_role AS k
),

learnt AS (
    SELECT
        l.buying_group_id,
        l.role,
        CAST(SUM(l.deals) OVER (
            PARTITION BY l.solution_id, l.role ORDER BY l.at, l.deals, l.buying_group_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS deals,
        CAST(SUM(l.people) OVER (
            PARTITION BY l.solution_id, l.role ORDER BY l.at, l.deals, l.buying_group_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS people
    FROM line AS l
),

asked AS (
    SELECT
        l.buying_group_id,
        l.role,
        GREATEST(
            COALESCE(f.needed, 0),
            INT_DIV(2 * (10 * COALESCE(f.needed, 0) + l.people) + 10 + l.deals, GREATEST(20 + 2 * l.deals, 1))
        ) AS needed
    FROM learnt AS l
    LEFT JOIN fitting AS f ON f.buying_group_id = l.buying_group_id AND f.role = l.role AND f.number = 1
    WHERE l.buying_group_id <> ''
)

SELECT
    a.buying_group_id,
    a.role,
    a.needed
FROM asked AS a
WHERE a.needed > 0

-- For each role that an open group lacks, the three known people of the account who would fit it best: by what their title lets
-- expect, then those whose function takes part already. Nobody who fills a role of the group, and nobody without an address.
WITH gap AS (
    SELECT g.buying_group_id, g.account_id, r.role
    FROM role_gap AS r
    JOIN group_cycle AS g ON g.buying_group_id = r.buying_group_id
    WHERE r.missing > 0
    AND g.closed_at IS NULL
),

taking_part AS (
    SELECT DISTINCT h.buying_group_id, k.function
    FROM role_holder AS h
    JOIN person_rank AS k ON k.person_id = h.person_id
    WHERE h.to_at IS NULL
    AND k.function <> 'unknown'
),

fitting AS (
    SELECT
        g.buying_group_id,
        g.role,
        p.person_id,
        p.function,
        p.seniority,
        x.weight,
        CASE WHEN t.function IS NOT NULL THEN 1 ELSE 0 END AS is_concerned
    FROM gap AS g
    JOIN person AS p ON p.account_id = g.account_id AND p.valid_to IS NULL AND p.email IS NOT NULL AND p.seniority <> 'unknown'
    CROSS JOIN clock AS c
    JOIN role_expectation AS x
        ON x.function = p.function
        AND x.seniority = p.seniority
        AND x.role = g.role
        AND x.from_at <= c.as_of_at
        AND c.as_of_at < x.to_at
    LEFT JOIN taking_part AS t ON t.buying_group_id = g.buying_group_id AND t.function = p.function
    WHERE NOT EXISTS (
        SELECT 1 FROM role_holder AS h
        WHERE h.buying_group_id = g.buying_group_id AND h.person_id = p.person_id AND h.to_at IS NULL
    )
),

ranked AS (
    SELECT
        f.buying_group_id,
        f.role,
        f.person_id,
        f.function,
        f.seniority,
        f.weight,
        f.is_concerned,
        ROW_NUMBER() OVER (
            PARTITION BY f.buying_group_id, f.role ORDER BY f.weight DESC, f.is_concerned DESC, f.person_id
        ) AS number
    FROM fitting AS f
    WHERE f.weight >= -2303 -- a title of which at least one in ten has the role
)

SELECT
    r.buying_group_id,
    r.role,
    r.person_id,
    r.number,
    CAST(FLOOR(1e2 * EXP(r.weight / 1e3) + 5e-1) AS DOUBLE) / 1e2 AS probability,
    'title (' || r.function || ', ' || r.seniority || ')'
        || CASE WHEN r.is_concerned = 1 THEN ', and the function takes part' ELSE '' END AS reason
FROM ranked AS r
WHERE r.number <= 3

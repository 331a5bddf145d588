-- How likely each role is for each function and seniority that occurs, while the same rules hold. A rule for the function goes
-- before one for any; what the rows of a pair leave of 1 is shared by the roles they do not name (at least 1 in 200 together).
WITH pair AS (
    SELECT DISTINCT x.function, x.seniority
    FROM (
        SELECT k.function, k.seniority
        FROM person_rank AS k
        UNION ALL
        SELECT 'unknown' AS function, 'unknown' AS seniority
        FROM clock AS c
    ) AS x
),

change AS (
    SELECT DISTINCT r.from_at
    FROM rule_roles AS r
),

spell AS (
    SELECT
        c.from_at,
        LEAD(c.from_at, 1, 9000000000000000) OVER (ORDER BY c.from_at) AS to_at
    FROM change AS c
),

fitting AS (
    SELECT
        p.function,
        p.seniority,
        s.from_at,
        s.to_at,
        r.role,
        CAST(FLOOR(r.confidence * 1e6 + 5e-1) AS BIGINT) AS millionths,
        RANK() OVER (
            PARTITION BY p.function, p.seniority, s.from_at ORDER BY CASE WHEN r.function = '*' THEN 1 ELSE 0 END
        ) AS preference
    FROM pair AS p
    CROSS JOIN spell AS s
    JOIN rule_roles AS r
        ON (r.function = p.function OR r.function = '*')
        AND r.seniority = p.seniority
        AND r.from_at <= s.from_at
        AND s.from_at < r.to_at
),

known_role AS (
    SELECT DISTINCT x.role
    FROM (
        SELECT r.role
        FROM rule_roles AS r
        UNION ALL
        SELECT n.role
        FROM rule_role_needs AS n
    ) AS x
),

named AS (
    SELECT
        f.function,
        f.seniority,
        f.from_at,
        f.to_at,
        CAST(SUM(f.millionths) AS BIGINT) AS millionths,
        COUNT(*) AS roles
    FROM fitting AS f
    WHERE f.preference = 1
    GROUP BY f.function, f.seniority, f.from_at, f.to_at
),

role_count AS (
    SELECT COUNT(*) AS roles
    FROM known_role AS k
)

SELECT
    p.function,
    p.seniority,
    s.from_at,
    s.to_at,
    k.role,
    CAST(FLOOR(1e3 * LN(COALESCE(
        CASE WHEN f.role IS NOT NULL THEN GREATEST(f.millionths, 1000) END,
        INT_DIV(GREATEST(1000000 - COALESCE(n.millionths, 0), 5000), GREATEST(c.roles - COALESCE(n.roles, 0), 1))
    ) / 1e6) + 5e-1) AS BIGINT) AS weight
FROM pair AS p
CROSS JOIN spell AS s
CROSS JOIN known_role AS k
CROSS JOIN role_count AS c
LEFT JOIN named AS n ON n.function = p.function AND n.seniority = p.seniority AND n.from_at = s.from_at
LEFT JOIN fitting AS f
    ON f.function = p.function AND f.seniority = p.seniority AND f.from_at = s.from_at AND f.role = k.role AND f.preference = 1

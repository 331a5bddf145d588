-- The role that function and seniority suggest for each known person of a group; a rule for the function goes before one for any.
WITH fitting AS (
    SELECT
        m.buying_group_id,
        m.person_id,
        m.joined_at,
        COALESCE(r.role, 'user') AS role,
        COALESCE(r.confidence, 0e0) AS confidence,
        k.function,
        k.seniority,
        k.seniority_rank,
        k.title_known_at,
        ROW_NUMBER() OVER (
            PARTITION BY m.buying_group_id, m.person_id
            ORDER BY CASE WHEN r.function = '*' THEN 1 ELSE 0 END, r.confidence DESC, r.role
        ) AS number
    FROM group_person AS m
    JOIN person_rank AS k ON k.person_id = m.person_id
    LEFT JOIN rule_roles AS r
        ON r.seniority = k.seniority
        AND (r.function = k.function OR r.function = '*')
        AND r.from_at <= m.joined_at
        AND m.joined_at < r.to_at
)

SELECT
    f.buying_group_id,
    f.person_id,
    f.joined_at,
    f.role,
    f.confidence,
    f.function,
    f.seniority,
    f.seniority_rank,
    f.title_known_at
FROM fitting AS f
WHERE f.number = 1

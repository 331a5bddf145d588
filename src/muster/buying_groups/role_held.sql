-- Which role each member was taken for, from when to when: one row while it stayed the same.
WITH changed AS (
    SELECT
        a.buying_group_id,
        a.person_id,
        a.from_at,
        a.role,
        LAG(a.role) OVER (PARTITION BY a.buying_group_id, a.person_id ORDER BY a.from_at) AS role_before
    FROM role_assignment AS a
),

begun AS (
    SELECT c.buying_group_id, c.person_id, c.from_at, c.role
    FROM changed AS c
    WHERE c.role_before IS NULL
    OR c.role_before <> c.role
)

SELECT
    b.buying_group_id,
    b.person_id,
    b.role,
    b.from_at,
    LEAD(b.from_at) OVER (PARTITION BY b.buying_group_id, b.person_id ORDER BY b.from_at) AS to_at
FROM begun AS b

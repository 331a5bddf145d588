-- For each role a group needs, how many people fill it now; more about them in role_holder, and who else would fit in role_candidate.
WITH filled AS (
    SELECT
        h.buying_group_id,
        h.role,
        COUNT(*) AS engaged
    FROM role_holder AS h
    WHERE h.to_at IS NULL
    GROUP BY h.buying_group_id, h.role
)

SELECT
    n.buying_group_id,
    n.role,
    n.needed,
    COALESCE(f.engaged, 0) AS engaged,
    GREATEST(n.needed - COALESCE(f.engaged, 0), 0) AS missing
FROM role_need AS n
LEFT JOIN filled AS f ON f.buying_group_id = n.buying_group_id AND f.role = n.role

-- For each role a group needs, how many members hold it: only people who engaged count.
WITH held AS (
    SELECT
        m.buying_group_id,
        m.role,
        COUNT(*) AS engaged
    FROM group_member AS m
    WHERE m.engagement_count > 0
    GROUP BY m.buying_group_id, m.role
)

SELECT
    n.buying_group_id,
    n.role,
    n.needed,
    COALESCE(h.engaged, 0) AS engaged,
    GREATEST(n.needed - COALESCE(h.engaged, 0), 0) AS missing
FROM role_need AS n
LEFT JOIN held AS h ON h.buying_group_id = n.buying_group_id AND h.role = n.role

-- When each needed role was first held by somebody engaged: by a title once it is known, or as champion by passing content on or by sales' word.
WITH holder AS (
    SELECT
        m.buying_group_id,
        m.title_role AS role,
        m.person_id,
        GREATEST(e.first_engaged_at, m.title_known_at) AS at
    FROM group_member AS m
    JOIN (
        SELECT g.buying_group_id, g.person_id, MIN(g.person_at) AS first_engaged_at
        FROM group_engagement AS g
        WHERE g.person_id IS NOT NULL
        AND g.is_participation
        GROUP BY g.buying_group_id, g.person_id
    ) AS e ON e.buying_group_id = m.buying_group_id AND e.person_id = m.person_id
    WHERE m.title_role IS NOT NULL
    UNION ALL
    SELECT
        a.buying_group_id,
        'champion' AS role,
        a.person_id,
        MIN(a.known_at) AS at
    FROM share_act AS a
    WHERE a.activity = 'content_shared'
    GROUP BY a.buying_group_id, a.person_id
    UNION ALL
    SELECT
        p.buying_group_id,
        'champion' AS role,
        p.person_id,
        GREATEST(p.champion_named_at, p.first_engaged_at) AS at
    FROM group_person AS p
    WHERE p.champion_named_at IS NOT NULL
    AND p.first_engaged_at IS NOT NULL
),

first_held AS (
    SELECT
        h.buying_group_id,
        h.role,
        h.person_id,
        MIN(h.at) AS at
    FROM holder AS h
    GROUP BY h.buying_group_id, h.role, h.person_id
),

ranked AS (
    SELECT
        f.buying_group_id,
        f.role,
        f.person_id,
        f.at,
        ROW_NUMBER() OVER (PARTITION BY f.buying_group_id, f.role ORDER BY f.at, f.person_id) AS number
    FROM first_held AS f
),

total AS (
    SELECT n.buying_group_id, CAST(SUM(n.needed) AS BIGINT) AS needed
    FROM role_need AS n
    GROUP BY n.buying_group_id
)

SELECT
    r.buying_group_id,
    r.role,
    r.person_id,
    r.at,
    INT_DIV(p.completeness_max_points, GREATEST(t.needed, 1)) AS points
FROM ranked AS r
JOIN role_need AS n ON n.buying_group_id = r.buying_group_id AND n.role = r.role
JOIN total AS t ON t.buying_group_id = r.buying_group_id
JOIN rule_policy AS p ON p.from_at <= r.at AND r.at < p.to_at
WHERE r.number <= n.needed
AND t.needed > 0

-- Every touch of a tactic on the path of a buying group, once a group, for its tactic and for its programme: which job of the buying
-- decision process it served, whether it was its member's first, and until when what follows it is told beside it (28 days).
WITH touched AS (
    SELECT
        p.buying_group_id,
        p.engagement_id,
        MIN(p.tactic_id) AS tactic_id,
        MIN(p.program_id) AS program_id,
        MIN(p.person_id) AS person_id,
        MIN(p.role) AS role,
        MIN(p.buying_job) AS buying_job,
        MIN(p.occurred_at) AS occurred_at
    FROM path AS p
    WHERE p.definition = 'credit'
    AND NOT p.is_sales
    GROUP BY p.buying_group_id, p.engagement_id
),

numbered AS (
    SELECT
        t.buying_group_id,
        t.engagement_id,
        t.tactic_id,
        t.program_id,
        t.person_id,
        t.role,
        t.buying_job,
        t.occurred_at,
        CASE WHEN m.person_id IS NOT NULL THEN ROW_NUMBER() OVER (
            PARTITION BY t.buying_group_id, t.person_id ORDER BY t.occurred_at, t.engagement_id
        ) END AS number
    FROM touched AS t
    LEFT JOIN group_person AS m ON m.buying_group_id = t.buying_group_id AND m.person_id = t.person_id
),

levelled AS (
    SELECT 'tactic' AS level, n.tactic_id AS unit, n.buying_group_id, n.engagement_id, n.person_id, n.role, n.buying_job, n.occurred_at, n.number
    FROM numbered AS n
    UNION ALL
    SELECT 'program' AS level, n.program_id AS unit, n.buying_group_id, n.engagement_id, n.person_id, n.role, n.buying_job, n.occurred_at, n.number
    FROM numbered AS n
)

SELECT
    l.level,
    l.unit,
    j.buying_job,
    l.buying_group_id,
    l.engagement_id,
    l.person_id,
    l.role,
    l.occurred_at,
    l.occurred_at + 2419200000000 AS until_at,
    CASE WHEN l.number = 1 THEN 1 ELSE 0 END AS is_first
FROM levelled AS l
JOIN (
    SELECT DISTINCT t.buying_job AS own, t.buying_job
    FROM touched AS t
    WHERE t.buying_job IS NOT NULL
    UNION ALL
    SELECT DISTINCT COALESCE(t.buying_job, '(none)') AS own, '(all)' AS buying_job
    FROM touched AS t
    UNION ALL
    SELECT '(none)' AS own, '(none)' AS buying_job
    FROM clock AS c
) AS j ON j.own = COALESCE(l.buying_job, '(none)')
WHERE l.unit IS NOT NULL

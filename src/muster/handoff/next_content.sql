-- What to offer each open group next: content on its solution that none of it has seen, first what helps with a buying job it has
-- shown nothing of, then what helps whoever is missing, then the earlier job.
WITH seen AS (
    SELECT DISTINCT g.buying_group_id, e.content_id
    FROM group_engagement AS g
    JOIN resolved_engagement AS e ON e.engagement_id = g.engagement_id
    WHERE e.content_id IS NOT NULL
),

shown AS (
    SELECT DISTINCT s.buying_group_id, k.buying_job
    FROM seen AS s
    JOIN reading_content AS k ON k.content_id = s.content_id
    WHERE k.buying_job IS NOT NULL
),

ranked AS (
    SELECT
        g.buying_group_id,
        k.content_id,
        k.buying_job,
        CASE WHEN h.buying_job IS NULL AND j.position IS NOT NULL THEN TRUE ELSE FALSE END AS is_new_job,
        CASE WHEN r.role IS NOT NULL THEN t.next_role END AS for_role,
        ROW_NUMBER() OVER (
            PARTITION BY g.buying_group_id
            ORDER BY
                CASE WHEN h.buying_job IS NULL AND j.position IS NOT NULL THEN 0 ELSE 1 END,
                CASE WHEN r.role IS NOT NULL THEN 0 ELSE 1 END,
                COALESCE(j.position, 99),
                k.content_id
        ) AS number
    FROM group_cycle AS g
    JOIN nurture_state AS t ON t.buying_group_id = g.buying_group_id
    JOIN reading_content AS k ON k.solution_id = g.solution_id
    LEFT JOIN seen AS s ON s.buying_group_id = g.buying_group_id AND s.content_id = k.content_id
    LEFT JOIN shown AS h ON h.buying_group_id = g.buying_group_id AND h.buying_job = k.buying_job
    LEFT JOIN rule_buying_jobs AS j
        ON j.buying_job = k.buying_job AND j.from_at <= g.opened_at AND g.opened_at < j.to_at
    LEFT JOIN rule_role_content AS r
        ON r.buying_job = k.buying_job AND r.role = t.next_role AND r.from_at <= g.opened_at AND g.opened_at < r.to_at
    WHERE s.content_id IS NULL
)

SELECT
    r.buying_group_id,
    r.content_id,
    r.buying_job,
    CASE
        WHEN r.buying_job IS NULL THEN 'nobody of the group has seen it'
        WHEN r.is_new_job AND r.for_role IS NOT NULL
            THEN 'for ' || r.buying_job || ', of which the group has shown nothing, and for a ' || r.for_role || ', who is missing'
        WHEN r.is_new_job THEN 'for ' || r.buying_job || ', of which the group has shown nothing'
        WHEN r.for_role IS NOT NULL THEN 'for ' || r.buying_job || ', and for a ' || r.for_role || ', who is missing'
        ELSE 'for ' || r.buying_job || ', and nobody of the group has seen it'
    END AS reason
FROM ranked AS r
WHERE r.number = 1

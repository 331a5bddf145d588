-- The acts that frame control is measured by, each with its part and how much it counts there: by the kind of act and by the
-- seniority of whoever did it, as known then.
WITH act AS (
    SELECT
        g.buying_group_id,
        g.at,
        e.occurred_at,
        CASE WHEN g.person_at <= g.at THEN g.person_id END AS person_id,
        e.activity,
        e.engagement_id AS source_id
    FROM group_engagement AS g
    JOIN resolved_engagement AS e ON e.engagement_id = g.engagement_id
    WHERE e.weight > 0
    UNION ALL
    SELECT
        a.buying_group_id,
        GREATEST(a.known_at, g.opened_at) AS at,
        a.read_at AS occurred_at,
        a.person_id,
        a.activity,
        a.share_id AS source_id
    FROM share_act AS a
    JOIN group_cycle AS g ON g.buying_group_id = a.buying_group_id
    UNION ALL
    SELECT
        g.buying_group_id,
        GREATEST(e.known_at, g.opened_at) AS at,
        e.occurred_at,
        CAST(NULL AS VARCHAR) AS person_id,
        e.activity,
        e.engagement_id AS source_id
    FROM resolved_engagement AS e
    JOIN group_cycle AS g ON g.account_id = e.account_id AND g.solution_id = e.solution_id AND g.part = ''
    WHERE e.person_id IS NULL
    AND e.visitor_id IS NULL
    AND e.known_at >= g.first_at
    AND (g.closed_at IS NULL OR e.known_at < g.closed_at)
)

SELECT
    a.buying_group_id,
    GREATEST(a.at, g.opened_at) AS at,
    a.occurred_at,
    a.person_id,
    r.part,
    r.weight * COALESCE(q.weight, u.weight, 1e0) AS counts,
    a.source_id
FROM act AS a
JOIN group_cycle AS g ON g.buying_group_id = a.buying_group_id
JOIN rule_frame AS r ON r.kind = 'activity' AND r.name = a.activity AND r.from_at <= a.occurred_at AND a.occurred_at < r.to_at
LEFT JOIN person_rank AS k ON k.person_id = a.person_id AND k.title_known_at <= a.at
LEFT JOIN rule_frame AS q
    ON q.kind = 'seniority' AND q.name = k.seniority AND q.from_at <= a.occurred_at AND a.occurred_at < q.to_at
LEFT JOIN rule_frame AS u
    ON u.kind = 'seniority' AND u.name = 'unknown' AND u.from_at <= a.occurred_at AND a.occurred_at < u.to_at

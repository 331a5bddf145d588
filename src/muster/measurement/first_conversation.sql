-- How far along each group was when sales first spoke with it: a call or a meeting with one of its people, or about its opportunity, in its
-- cycle. Its engagement is what takes part in it (opening a mail does not); its cycle runs from the first of that to the closing.
WITH acted AS (
    SELECT e.buying_group_id, e.at
    FROM group_engagement AS e
    WHERE e.is_participation
),

span AS (
    SELECT
        g.buying_group_id,
        g.solution_id,
        g.closing_reason,
        g.closed_at,
        g.first_at,
        LEAST(g.opened_at, COALESCE(MIN(a.at), g.opened_at)) AS started_at,
        COALESCE(CASE WHEN g.closing_reason IN ('won', 'lost') THEN g.closed_at ELSE MAX(a.at) END, g.opened_at) AS last_at,
        COUNT(a.at) AS engagement_count
    FROM group_cycle AS g
    LEFT JOIN acted AS a ON a.buying_group_id = g.buying_group_id AND a.at <= COALESCE(g.closed_at, a.at)
    GROUP BY g.buying_group_id, g.solution_id, g.closing_reason, g.closed_at, g.first_at, g.opened_at
),

-- Whom sales spoke with, and when: a seller's note about one opportunity speaks of that group alone.
talk AS (
    SELECT p.buying_group_id, s.activity_id, s.kind, s.occurred_at AS at
    FROM known_sales_activity AS s
    JOIN person_alias AS a ON a.person_record_id = s.person_record_id
    JOIN group_person AS p ON p.person_id = a.person_id
    WHERE s.kind IN ('call', 'meeting')
    AND s.opportunity_id IS NULL
    UNION ALL
    SELECT o.buying_group_id, s.activity_id, s.kind, s.occurred_at AS at
    FROM known_sales_activity AS s
    JOIN opportunity_group AS o ON o.opportunity_id = s.opportunity_id
    WHERE s.kind IN ('call', 'meeting')
),

numbered AS (
    SELECT
        t.buying_group_id,
        t.activity_id,
        t.kind,
        t.at,
        ROW_NUMBER() OVER (PARTITION BY t.buying_group_id ORDER BY t.at, t.activity_id) AS number
    FROM talk AS t
    JOIN span AS g ON g.buying_group_id = t.buying_group_id
    WHERE t.at >= g.first_at
    AND (g.closed_at IS NULL OR t.at < g.closed_at)
),

before AS (
    SELECT t.buying_group_id, COUNT(*) AS engagement_before
    FROM numbered AS t
    JOIN acted AS a ON a.buying_group_id = t.buying_group_id
    WHERE t.number = 1
    AND a.at <= t.at
    GROUP BY t.buying_group_id
),

measured AS (
    SELECT
        g.buying_group_id,
        g.solution_id,
        t.activity_id,
        t.kind,
        t.at AS spoke_at,
        g.started_at,
        CASE WHEN g.closing_reason IS NULL THEN k.as_of_at ELSE GREATEST(g.last_at, g.started_at) END AS ended_at,
        g.closing_reason,
        g.engagement_count,
        CASE WHEN t.at IS NOT NULL THEN COALESCE(b.engagement_before, 0) END AS engagement_before
    FROM span AS g
    CROSS JOIN clock AS k
    LEFT JOIN numbered AS t ON t.buying_group_id = g.buying_group_id AND t.number = 1
    LEFT JOIN before AS b ON b.buying_group_id = g.buying_group_id
),

dated AS (
    SELECT
        m.buying_group_id,
        m.ended_at - m.started_at AS cycle_us,
        CASE WHEN m.spoke_at IS NOT NULL THEN LEAST(GREATEST(m.spoke_at - m.started_at, 0), m.ended_at - m.started_at) END AS before_us
    FROM measured AS m
)

SELECT
    m.buying_group_id,
    m.solution_id,
    m.activity_id,
    m.kind,
    m.spoke_at,
    m.started_at,
    m.ended_at,
    m.closing_reason,
    m.engagement_count,
    m.engagement_before,
    CAST(m.engagement_before AS DOUBLE) / NULLIF(m.engagement_count, 0) AS engagement_share,
    INT_DIV(d.cycle_us, 86400000000) AS cycle_days,
    INT_DIV(d.before_us, 86400000000) AS days_before,
    CAST(d.before_us AS DOUBLE) / NULLIF(d.cycle_us, 0) AS cycle_share
FROM measured AS m
JOIN dated AS d ON d.buying_group_id = m.buying_group_id

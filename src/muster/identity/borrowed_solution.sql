-- Raised hands and price look-ups on pages that name no solution: they are about the solution that the same person or browser
-- looked at last, within the lead-in time before.
WITH asking AS (
    SELECT
        e.engagement_id,
        COALESCE(e.email, e.visitor_id) AS actor
    FROM known_engagement AS e
    JOIN rule_activity_weights AS w ON w.activity = e.activity AND w.from_at <= e.occurred_at AND e.occurred_at < w.to_at
    WHERE e.solution_id IS NULL
    AND (w.is_buying_act OR e.activity = 'pricing_viewed')
    AND COALESCE(e.email, e.visitor_id) IS NOT NULL
),

actor AS (
    SELECT DISTINCT a.actor
    FROM asking AS a
),

act AS (
    SELECT
        e.engagement_id,
        a.actor,
        e.occurred_at,
        e.solution_id,
        CAST(SUM(CASE WHEN e.solution_id IS NOT NULL THEN 1 ELSE 0 END) OVER (
            PARTITION BY a.actor ORDER BY e.occurred_at, e.engagement_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS number
    FROM known_engagement AS e
    JOIN actor AS a ON a.actor = COALESCE(e.email, e.visitor_id)
    WHERE e.known_at <= e.occurred_at
)

SELECT
    n.engagement_id,
    b.solution_id
FROM act AS n
JOIN asking AS q ON q.engagement_id = n.engagement_id
JOIN act AS b ON b.actor = n.actor AND b.number = n.number AND b.solution_id IS NOT NULL
JOIN rule_policy AS p ON p.from_at <= n.occurred_at AND n.occurred_at < p.to_at
WHERE n.occurred_at - b.occurred_at <= p.lead_in_us

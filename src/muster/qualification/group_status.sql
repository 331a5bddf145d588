-- Where each group stood: engaged until it first qualified, qualified, and nurture after it stopped being so.
WITH boundary AS (
    SELECT
        g.buying_group_id,
        g.opened_at AS at,
        'engaged' AS status,
        'opened' AS why,
        CASE g.opening_reason
            WHEN 'second_person' THEN 'a second person engaged within a week'
            WHEN 'buying_act' THEN 'somebody raised a hand'
            ELSE 'sales opened an opportunity'
        END AS reason
    FROM group_cycle AS g
    UNION ALL
    SELECT q.buying_group_id, q.from_at AS at, 'qualified' AS status, 'reached' AS why, q.reason
    FROM qualified_stretch AS q
    UNION ALL
    SELECT q.buying_group_id, q.to_at AS at, 'nurture' AS status, q.end_cause AS why, q.end_reason AS reason
    FROM qualified_stretch AS q
    WHERE q.to_at IS NOT NULL
    AND q.end_cause <> 'closed'
),

single AS (
    SELECT
        b.buying_group_id,
        b.at,
        b.status,
        b.why,
        b.reason,
        ROW_NUMBER() OVER (PARTITION BY b.buying_group_id, b.at ORDER BY b.status DESC) AS number
    FROM boundary AS b
)

SELECT
    s.buying_group_id,
    s.status,
    s.why,
    s.reason,
    s.at AS from_at,
    COALESCE(LEAD(s.at) OVER (PARTITION BY s.buying_group_id ORDER BY s.at), g.closed_at) AS to_at,
    COALESCE(
        LEAD(s.reason) OVER (PARTITION BY s.buying_group_id ORDER BY s.at), 'the cycle ended: ' || g.closing_reason
    ) AS ended_because
FROM single AS s
JOIN group_cycle AS g ON g.buying_group_id = s.buying_group_id
WHERE s.number = 1

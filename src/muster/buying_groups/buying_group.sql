-- Buying groups as they are published, with how many known members and anonymous visitors they have.
WITH people AS (
    SELECT m.buying_group_id, COUNT(*) AS member_count
    FROM group_member AS m
    WHERE m.left_at IS NULL
    OR m.back_at IS NOT NULL
    GROUP BY m.buying_group_id
),

visitors AS (
    SELECT e.buying_group_id, COUNT(DISTINCT e.visitor_id) AS visitor_count
    FROM group_engagement AS e
    WHERE e.person_id IS NULL
    GROUP BY e.buying_group_id
)

SELECT
    g.buying_group_id,
    g.account_id,
    g.solution_id,
    NULLIF(g.part, '') AS business_unit,
    g.cycle,
    g.opened_at,
    g.closed_at,
    g.opening_reason,
    g.closing_reason,
    g.opportunity_id,
    COALESCE(p.member_count, 0) AS member_count,
    COALESCE(v.visitor_count, 0) AS visitor_count
FROM group_cycle AS g
LEFT JOIN people AS p ON p.buying_group_id = g.buying_group_id
LEFT JOIN visitors AS v ON v.buying_group_id = g.buying_group_id

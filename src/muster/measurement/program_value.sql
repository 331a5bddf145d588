-- What each programme reached, cost and is credited with. Credited is divided by a rule; it is not what would have been lost
-- without the programme. What no tactic explains stands in the row (unattributed), so that won credit adds up to won revenue.
WITH credited AS (
    SELECT
        COALESCE(t.program_id, CASE WHEN c.engagement_id IS NULL THEN '(unattributed)' ELSE '(no programme)' END) AS program_id,
        c.attribution_model,
        c.currency,
        CAST(SUM(CASE WHEN c.is_won THEN c.credit_cents ELSE 0 END) AS BIGINT) AS won_credit_cents,
        CAST(SUM(CASE WHEN NOT c.is_won AND NOT o.is_closed THEN c.credit_cents ELSE 0 END) AS BIGINT) AS open_credit_cents,
        COUNT(DISTINCT CASE WHEN c.is_won THEN c.opportunity_id END) AS won_count
    FROM credit AS c
    JOIN account_opportunity AS o ON o.opportunity_id = c.opportunity_id
    LEFT JOIN known_tactic AS t ON t.tactic_id = c.tactic_id
    GROUP BY COALESCE(t.program_id, CASE WHEN c.engagement_id IS NULL THEN '(unattributed)' ELSE '(no programme)' END),
        c.attribution_model, c.currency
),

reached AS (
    SELECT
        t.program_id,
        COUNT(DISTINCT g.buying_group_id) AS groups_reached,
        COUNT(DISTINCT e.person_id) AS people_reached,
        COUNT(DISTINCT m.role) AS roles_reached
    FROM resolved_engagement AS e
    JOIN known_tactic AS t ON t.tactic_id = e.tactic_id
    JOIN group_cycle AS g
        ON g.account_id = e.account_id
        AND g.solution_id = e.solution_id
        AND e.known_at >= g.first_at
        AND (g.closed_at IS NULL OR e.known_at < g.closed_at)
    LEFT JOIN group_member AS m ON m.buying_group_id = g.buying_group_id AND m.person_id = e.person_id
    WHERE e.is_marketing
    GROUP BY t.program_id
),

cost AS (
    SELECT
        COALESCE(t.program_id, '(no programme)') AS program_id,
        s.currency,
        CAST(SUM(s.amount_cents) AS BIGINT) AS cost_cents
    FROM known_spend AS s
    LEFT JOIN known_tactic AS t ON t.tactic_id = s.tactic_id
    GROUP BY COALESCE(t.program_id, '(no programme)'), s.currency
),

line AS (
    SELECT c.program_id, c.attribution_model, c.currency
    FROM credited AS c
    UNION ALL
    SELECT k.program_id, m.attribution_model, k.currency
    FROM cost AS k
    CROSS JOIN attribution_model AS m
)

SELECT
    l.program_id,
    MIN(COALESCE(t.name, l.program_id)) AS name,
    MIN(t.channel) AS channel,
    l.attribution_model,
    l.currency,
    MAX(COALESCE(r.groups_reached, 0)) AS groups_reached,
    MAX(COALESCE(r.people_reached, 0)) AS people_reached,
    MAX(COALESCE(r.roles_reached, 0)) AS roles_reached,
    MAX(COALESCE(c.won_credit_cents, 0)) AS won_credit_cents,
    MAX(COALESCE(c.open_credit_cents, 0)) AS open_credit_cents,
    MAX(COALESCE(k.cost_cents, 0)) AS cost_cents,
    MAX(COALESCE(c.won_count, 0)) AS won_count
FROM line AS l
LEFT JOIN known_tactic AS t ON t.tactic_id = l.program_id
LEFT JOIN credited AS c
    ON c.program_id = l.program_id AND c.attribution_model = l.attribution_model AND c.currency = l.currency
LEFT JOIN reached AS r ON r.program_id = l.program_id
LEFT JOIN cost AS k ON k.program_id = l.program_id AND k.currency = l.currency
GROUP BY l.program_id, l.attribution_model, l.currency

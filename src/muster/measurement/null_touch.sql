-- Touches of groups that fell silent without an opportunity: the paths that led nowhere, from a group's first day to its end, one a
-- person, tactic and day like those of opportunities. Models that learn weigh them against the paths that won.
WITH candidate AS (
    SELECT
        g.buying_group_id,
        e.engagement_id,
        e.channel,
        e.occurred_at,
        ROW_NUMBER() OVER (
            PARTITION BY g.buying_group_id, COALESCE(e.person_id, e.visitor_id, ''), COALESCE(e.tactic_id, e.activity),
                e.occurred_at - MOD(e.occurred_at, 86400000000)
            ORDER BY e.occurred_at, e.engagement_id
        ) AS number_today
    FROM group_cycle AS g
    JOIN resolved_engagement AS e
        ON e.account_id = g.account_id
        AND e.solution_id = g.solution_id
        AND e.is_marketing
        AND e.occurred_at >= g.first_at
        AND e.occurred_at <= g.closed_at
    WHERE g.closing_reason = 'silent'
    AND g.opportunity_id IS NULL
)

SELECT
    t.buying_group_id,
    LOWER(COALESCE(t.channel, '(none)')) AS channel,
    ROW_NUMBER() OVER (PARTITION BY t.buying_group_id ORDER BY t.occurred_at, t.engagement_id) AS position
FROM candidate AS t
WHERE t.number_today = 1

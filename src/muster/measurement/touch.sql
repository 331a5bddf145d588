-- Touches of each opportunity's group within the credit window: members' and anonymous visitors' acts and the account's
-- own intent, one a person, tactic and day, up to closing.
WITH candidate AS (
    SELECT
        o.opportunity_id,
        o.created_at AS opportunity_at,
        COALESCE(o.closed_at, c.as_of_at) AS until_at,
        o.is_won,
        g.buying_group_id,
        e.engagement_id,
        e.person_id,
        e.visitor_id,
        e.tactic_id,
        e.channel,
        e.occurred_at,
        ROW_NUMBER() OVER (
            PARTITION BY o.opportunity_id, COALESCE(e.person_id, e.visitor_id, ''), COALESCE(e.tactic_id, e.activity),
                e.occurred_at - MOD(e.occurred_at, 86400000000)
            ORDER BY e.occurred_at, e.engagement_id
        ) AS number_today
    FROM account_opportunity AS o
    CROSS JOIN clock AS c
    JOIN opportunity_group AS g ON g.opportunity_id = o.opportunity_id
    JOIN rule_policy AS p ON p.from_at <= o.created_at AND o.created_at < p.to_at
    JOIN resolved_engagement AS e
        ON e.account_id = o.account_id
        AND e.solution_id = o.solution_id
        AND e.is_marketing
        AND e.occurred_at >= o.created_at - p.credit_window_us
        AND e.occurred_at <= COALESCE(o.closed_at, c.as_of_at)
)

SELECT
    t.opportunity_id,
    t.opportunity_at,
    t.until_at,
    t.is_won,
    t.buying_group_id,
    t.engagement_id,
    t.person_id,
    t.tactic_id,
    t.channel,
    t.occurred_at,
    ROW_NUMBER() OVER (PARTITION BY t.opportunity_id ORDER BY t.occurred_at, t.engagement_id) AS position
FROM candidate AS t
WHERE t.number_today = 1

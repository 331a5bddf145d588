-- Whether marketing touched each opportunity, by three definitions: anyone of the account within the window, a contact named
-- on the opportunity, or the buying group. By design several tactics influence one opportunity: never sum it over tactics.
WITH account_touch AS (
    SELECT
        o.opportunity_id,
        COUNT(e.engagement_id) AS touch_count
    FROM account_opportunity AS o
    CROSS JOIN clock AS c
    JOIN rule_policy AS p ON p.from_at <= o.created_at AND o.created_at < p.to_at
    JOIN resolved_engagement AS e
        ON e.account_id = o.account_id
        AND e.is_marketing
        AND e.occurred_at >= o.created_at - p.credit_window_us
        AND e.occurred_at <= COALESCE(o.closed_at, c.as_of_at)
    GROUP BY o.opportunity_id
),

role_touch AS (
    SELECT
        o.opportunity_id,
        COUNT(DISTINCT e.engagement_id) AS touch_count
    FROM account_opportunity AS o
    CROSS JOIN clock AS c
    JOIN rule_policy AS p ON p.from_at <= o.created_at AND o.created_at < p.to_at
    JOIN known_contact_role AS r ON r.opportunity_id = o.opportunity_id
    JOIN person_alias AS a ON a.person_record_id = r.person_record_id
    JOIN resolved_engagement AS e
        ON e.person_id = a.person_id
        AND e.is_marketing
        AND e.occurred_at >= o.created_at - p.credit_window_us
        AND e.occurred_at <= COALESCE(o.closed_at, c.as_of_at)
    GROUP BY o.opportunity_id
),

group_touch AS (
    SELECT
        t.opportunity_id,
        COUNT(*) AS touch_count
    FROM touch AS t
    GROUP BY t.opportunity_id
)

SELECT
    o.opportunity_id,
    'account_window' AS definition,
    COALESCE(t.touch_count, 0) > 0 AS is_marketing,
    COALESCE(t.touch_count, 0) AS touch_count,
    o.amount_cents,
    o.currency
FROM account_opportunity AS o
LEFT JOIN account_touch AS t ON t.opportunity_id = o.opportunity_id
UNION ALL
SELECT
    o.opportunity_id,
    'contact_role' AS definition,
    COALESCE(t.touch_count, 0) > 0 AS is_marketing,
    COALESCE(t.touch_count, 0) AS touch_count,
    o.amount_cents,
    o.currency
FROM account_opportunity AS o
LEFT JOIN role_touch AS t ON t.opportunity_id = o.opportunity_id
UNION ALL
SELECT
    o.opportunity_id,
    'group' AS definition,
    COALESCE(t.touch_count, 0) > 0 AS is_marketing,
    COALESCE(t.touch_count, 0) AS touch_count,
    o.amount_cents,
    o.currency
FROM account_opportunity AS o
LEFT JOIN group_touch AS t ON t.opportunity_id = o.opportunity_id

-- Whether marketing touched each opportunity, by three definitions: anyone of the account within the window, a contact named
-- on the opportunity, or the buying group. By design several tactics influence one opportunity: never sum it over tactics.
WITH touched AS (
    SELECT t.opportunity_id, t.definition, CAST(SUM(t.touch_count) AS BIGINT) AS touch_count
    FROM influence_touch AS t
    GROUP BY t.opportunity_id, t.definition
),

line AS (
    SELECT o.opportunity_id, 'account_window' AS definition, o.amount_cents, o.currency
    FROM account_opportunity AS o
    UNION ALL
    SELECT o.opportunity_id, 'contact_role' AS definition, o.amount_cents, o.currency
    FROM account_opportunity AS o
    UNION ALL
    SELECT o.opportunity_id, 'group' AS definition, o.amount_cents, o.currency
    FROM account_opportunity AS o
)

SELECT
    l.opportunity_id,
    l.definition,
    t.touch_count IS NOT NULL AS is_marketing,
    COALESCE(t.touch_count, 0) AS touch_count,
    l.amount_cents,
    l.currency
FROM line AS l
LEFT JOIN touched AS t ON t.opportunity_id = l.opportunity_id AND t.definition = l.definition

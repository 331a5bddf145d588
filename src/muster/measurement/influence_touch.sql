-- How often each tactic touched each opportunity within the credit window, by three definitions of whose touches count: anyone's of the
-- account, of people named on the opportunity, or those on the buying group's path.
WITH within AS (
    SELECT
        o.opportunity_id,
        o.account_id,
        o.created_at - p.credit_window_us AS from_at,
        COALESCE(o.closed_at, c.as_of_at) AS until_at
    FROM account_opportunity AS o
    CROSS JOIN clock AS c
    JOIN rule_policy AS p ON p.from_at <= o.created_at AND o.created_at < p.to_at
),

named AS (
    SELECT DISTINCT r.opportunity_id, a.person_id
    FROM known_contact_role AS r
    JOIN person_alias AS a ON a.person_record_id = r.person_record_id
),

touched AS (
    SELECT w.opportunity_id, 'account_window' AS definition, e.tactic_id
    FROM within AS w
    JOIN resolved_engagement AS e
        ON e.account_id = w.account_id AND e.is_marketing AND e.occurred_at >= w.from_at AND e.occurred_at <= w.until_at
    UNION ALL
    SELECT w.opportunity_id, 'contact_role' AS definition, e.tactic_id
    FROM within AS w
    JOIN named AS n ON n.opportunity_id = w.opportunity_id
    JOIN resolved_engagement AS e
        ON e.person_id = n.person_id AND e.is_marketing AND e.occurred_at >= w.from_at AND e.occurred_at <= w.until_at
    UNION ALL
    SELECT t.opportunity_id, 'group' AS definition, t.tactic_id
    FROM touch AS t
)

SELECT t.opportunity_id, t.definition, t.tactic_id, COUNT(*) AS touch_count
FROM touched AS t
GROUP BY t.opportunity_id, t.definition, t.tactic_id

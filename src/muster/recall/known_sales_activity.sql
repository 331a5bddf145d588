-- What sellers did up to the date.
SELECT
    a.activity_id,
    a.person_record_id,
    a.account_record_id,
    a.opportunity_id,
    a.kind,
    a.occurred_at,
    GREATEST(a.known_at, a.occurred_at) AS known_at
FROM sales_activity AS a
CROSS JOIN clock AS c
WHERE a.known_at <= c.as_of_at
AND a.occurred_at <= c.as_of_at

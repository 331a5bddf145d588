-- The arm of each account in each experiment of the rules, drawn by lot from the act the account was first known by: the same in every
-- run, whatever id the account has. Accounts first known after the experiment's end are in none.
SELECT
    x.name AS experiment,
    f.account_id,
    CASE WHEN SUBSTRING(MD5(x.name || ' ' || f.engagement_id), 1, 8) < x.below THEN 'holdout' ELSE 'treated' END AS arm,
    GREATEST(x.from_at, e.occurred_at, e.known_at) AS drawn_at
FROM rule_experiments AS x
CROSS JOIN clock AS c
JOIN first_act AS f ON f.engagement_id IS NOT NULL
JOIN resolved_engagement AS e ON e.engagement_id = f.engagement_id
WHERE x.from_at <= c.as_of_at
AND GREATEST(e.occurred_at, e.known_at) < x.ends_at
AND GREATEST(e.occurred_at, e.known_at) < x.to_at

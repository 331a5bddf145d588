-- For each Monday, the first opportunity to open within the 13 weeks after, and whether one opens later than the two weeks that follow.
-- Renewals are not openings.
SELECT
    o.account_id,
    o.solution_id,
    w.week_at,
    MIN(o.created_at) AS opens_at,
    MAX(CASE WHEN o.created_at > w.week_at + 1209600000000 THEN 1 ELSE 0 END) = 1 AS opens_after_gap
FROM account_opportunity AS o
JOIN week AS w ON w.week_at < o.created_at AND o.created_at <= w.week_at + 7862400000000
WHERE o.account_id IS NOT NULL
AND COALESCE(o.type, '') <> 'renewal'
GROUP BY o.account_id, o.solution_id, w.week_at

-- For each Monday, the first opportunity to open within the 13 weeks after, and whether one opens later than the two weeks that follow.
-- Renewals are not openings; nor is what sales began by themselves where no group stood: no buyer's act could have foretold it.
WITH foretold AS (
    SELECT
        o.account_id,
        o.solution_id,
        o.created_at
    FROM account_opportunity AS o
    LEFT JOIN reading_lead_source AS l ON l.said = o.lead_source
    LEFT JOIN rule_week AS r
        ON r.account_id = o.account_id
        AND r.solution_id = o.solution_id
        AND r.week_at <= o.created_at
        AND o.created_at < r.week_at + 604800000000
    WHERE o.account_id IS NOT NULL
    AND COALESCE(o.type, '') <> 'renewal'
    AND (COALESCE(l.sourced_by, '') <> 'sales' OR r.score IS NOT NULL)
)

SELECT
    o.account_id,
    o.solution_id,
    w.week_at,
    MIN(o.created_at) AS opens_at,
    MAX(CASE WHEN o.created_at > w.week_at + 1209600000000 THEN 1 ELSE 0 END) = 1 AS opens_after_gap
FROM foretold AS o
JOIN week AS w ON w.week_at < o.created_at AND o.created_at <= w.week_at + 7862400000000
GROUP BY o.account_id, o.solution_id, w.week_at

-- Every milestone each opportunity reached: opened, the stages of its history, won or lost. A skipped stage counts as passed.
WITH entered AS (
    SELECT
        h.opportunity_id,
        MAX(r.position) AS furthest
    FROM known_stage_change AS h
    JOIN rule_stages AS r ON LOWER(r.stage) = LOWER(h.stage) AND r.from_at <= h.changed_at AND h.changed_at < r.to_at
    WHERE r.outcome = 'open'
    GROUP BY h.opportunity_id
),

used AS (
    SELECT
        r.position,
        MIN(h.stage) AS stage
    FROM known_stage_change AS h
    JOIN rule_stages AS r ON LOWER(r.stage) = LOWER(h.stage) AND r.from_at <= h.changed_at AND h.changed_at < r.to_at
    WHERE r.outcome = 'open'
    GROUP BY r.position
)

SELECT o.opportunity_id, 'opened' AS stage, 0 AS position
FROM account_opportunity AS o
UNION ALL
SELECT o.opportunity_id, u.stage, u.position
FROM account_opportunity AS o
CROSS JOIN used AS u
LEFT JOIN entered AS e ON e.opportunity_id = o.opportunity_id
WHERE o.is_won
OR u.position <= COALESCE(e.furthest, 0)
UNION ALL
SELECT o.opportunity_id, 'won' AS stage, 1000 AS position
FROM account_opportunity AS o
WHERE o.is_won
UNION ALL
SELECT o.opportunity_id, 'lost' AS stage, 1001 AS position
FROM account_opportunity AS o
WHERE o.is_closed
AND NOT o.is_won

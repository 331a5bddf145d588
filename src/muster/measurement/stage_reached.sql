-- Every milestone each opportunity reached, and when: opened, the stages of its history, won or lost. A skipped stage counts as passed
-- at the moment a later one was entered; a step back takes nothing away.
WITH entered AS (
    SELECT
        h.opportunity_id,
        r.position,
        MIN(h.changed_at) AS entered_at
    FROM known_stage_change AS h
    JOIN rule_stages AS r ON LOWER(r.stage) = LOWER(h.stage) AND r.from_at <= h.changed_at AND h.changed_at < r.to_at
    WHERE r.outcome = 'open'
    GROUP BY h.opportunity_id, r.position
),

used AS (
    SELECT
        r.position,
        MIN(h.stage) AS stage
    FROM known_stage_change AS h
    JOIN rule_stages AS r ON LOWER(r.stage) = LOWER(h.stage) AND r.from_at <= h.changed_at AND h.changed_at < r.to_at
    WHERE r.outcome = 'open'
    GROUP BY r.position
),

passed AS (
    SELECT
        e.opportunity_id,
        u.position,
        MIN(e.entered_at) AS passed_at
    FROM entered AS e
    JOIN used AS u ON u.position <= e.position
    GROUP BY e.opportunity_id, u.position
)

SELECT
    o.opportunity_id,
    'opened' AS stage,
    0 AS position,
    o.created_at AS reached_at
FROM account_opportunity AS o
UNION ALL
SELECT
    o.opportunity_id,
    u.stage,
    u.position,
    GREATEST(o.created_at, LEAST(COALESCE(p.passed_at, o.closed_at), COALESCE(o.closed_at, p.passed_at))) AS reached_at
FROM account_opportunity AS o
CROSS JOIN used AS u
LEFT JOIN passed AS p ON p.opportunity_id = o.opportunity_id AND p.position = u.position
WHERE o.is_won
OR p.position IS NOT NULL
UNION ALL
SELECT
    o.opportunity_id,
    'won' AS stage,
    1000 AS position,
    o.closed_at AS reached_at
FROM account_opportunity AS o
WHERE o.is_won
UNION ALL
SELECT
    o.opportunity_id,
    'lost' AS stage,
    1001 AS position,
    o.closed_at AS reached_at
FROM account_opportunity AS o
WHERE o.is_closed
AND NOT o.is_won

-- Opportunities that each tactic, programme and campaign touched at all, by each definition of influence, in units and dollars; in the
-- line (any) each opportunity once. One opportunity stands in several lines: they are never added up, and times_counted says how far
-- they would come.
WITH placed AS (
    SELECT i.opportunity_id, i.definition, 'tactic' AS level, COALESCE(i.tactic_id, '(no tactic)') AS unit
    FROM influence_touch AS i
    UNION ALL
    SELECT i.opportunity_id, i.definition, 'program' AS level, COALESCE(t.program_id, '(no programme)') AS unit
    FROM influence_touch AS i
    LEFT JOIN known_tactic AS t ON t.tactic_id = i.tactic_id
    UNION ALL
    SELECT i.opportunity_id, i.definition, 'campaign' AS level, COALESCE(t.campaign_id, '(no campaign)') AS unit
    FROM influence_touch AS i
    LEFT JOIN known_tactic AS t ON t.tactic_id = i.tactic_id
),

counted AS (
    SELECT DISTINCT p.opportunity_id, p.definition, p.level, p.unit
    FROM placed AS p
    UNION ALL
    SELECT DISTINCT p.opportunity_id, p.definition, p.level, '(any)' AS unit
    FROM placed AS p
),

line AS (
    SELECT
        c.level,
        c.unit,
        c.definition,
        o.currency,
        COUNT(*) AS opportunity_count,
        CAST(SUM(CASE WHEN o.is_won THEN 1 ELSE 0 END) AS BIGINT) AS won_count,
        CAST(SUM(o.amount_cents) AS BIGINT) AS amount_cents,
        CAST(SUM(CASE WHEN o.is_won THEN o.amount_cents ELSE 0 END) AS BIGINT) AS won_cents
    FROM counted AS c
    JOIN account_opportunity AS o ON o.opportunity_id = c.opportunity_id
    GROUP BY c.level, c.unit, c.definition, o.currency
),

summed AS (
    SELECT l.level, l.definition, l.currency, CAST(SUM(l.won_cents) AS BIGINT) AS won_cents
    FROM line AS l
    WHERE l.unit <> '(any)'
    GROUP BY l.level, l.definition, l.currency
)

SELECT
    l.level,
    l.unit,
    l.definition,
    l.currency,
    l.opportunity_count,
    l.won_count,
    l.amount_cents,
    l.won_cents,
    CASE WHEN l.unit = '(any)' THEN s.won_cents / CAST(NULLIF(l.won_cents, 0) AS DOUBLE) END AS times_counted
FROM line AS l
JOIN summed AS s ON s.level = l.level AND s.definition = l.definition AND s.currency = l.currency

-- Opportunities as they stood on the date, rebuilt from their history: today's stage and amount are never read
-- where a history says what they were. Without any history, an opportunity is closed from its close date on; one that was
-- closed before its record was made (moved in from elsewhere) closed on its close date all the same.
WITH outcome AS (
    SELECT
        h.stage_change_id,
        h.opportunity_id,
        h.stage,
        h.amount_cents,
        h.changed_at,
        CASE WHEN h.stage IS NOT NULL THEN COALESCE(r.outcome, LOWER(h.stage)) END AS outcome
    FROM known_stage_change AS h
    LEFT JOIN rule_stages AS r
        ON LOWER(r.stage) = LOWER(h.stage) AND r.from_at <= h.changed_at AND h.changed_at < r.to_at
),

-- A later edit of amount or date writes the stage again: a stage began with the first row of its last unbroken run.
named AS (
    SELECT
        h.opportunity_id,
        h.changed_at,
        h.outcome,
        LAG(h.outcome) OVER (PARTITION BY h.opportunity_id ORDER BY h.changed_at, h.stage_change_id) AS outcome_before
    FROM outcome AS h
    WHERE h.stage IS NOT NULL
),

turned AS (
    SELECT n.opportunity_id, MAX(n.changed_at) AS turned_at
    FROM named AS n
    WHERE n.outcome_before IS NULL
    OR n.outcome_before <> n.outcome
    GROUP BY n.opportunity_id
),

numbered AS (
    SELECT
        h.opportunity_id,
        h.stage,
        h.amount_cents,
        ROW_NUMBER() OVER (
            PARTITION BY h.opportunity_id, CASE WHEN h.stage IS NULL THEN 0 ELSE 1 END
            ORDER BY h.changed_at DESC, h.stage_change_id DESC
        ) AS stage_back,
        ROW_NUMBER() OVER (
            PARTITION BY h.opportunity_id, CASE WHEN h.amount_cents IS NULL THEN 0 ELSE 1 END
            ORDER BY h.changed_at DESC, h.stage_change_id DESC
        ) AS amount_back
    FROM known_stage_change AS h
),

last_known AS (
    SELECT
        n.opportunity_id,
        MAX(CASE WHEN n.stage IS NOT NULL AND n.stage_back = 1 THEN n.stage END) AS stage,
        MAX(CASE WHEN n.amount_cents IS NOT NULL AND n.amount_back = 1 THEN n.amount_cents END) AS amount_cents
    FROM numbered AS n
    GROUP BY n.opportunity_id
),

-- A record that is closed although its history ends open is believed once nothing follows in the history.
changed_later AS (
    SELECT DISTINCT h.opportunity_id
    FROM stage_change AS h
    CROSS JOIN clock AS c
    WHERE h.stage IS NOT NULL
    AND GREATEST(h.changed_at, h.known_at) > c.as_of_at
),

filled_later AS (
    SELECT DISTINCT h.opportunity_id
    FROM stage_change AS h
    CROSS JOIN clock AS c
    WHERE h.amount_cents IS NOT NULL
    AND GREATEST(h.changed_at, h.known_at) > c.as_of_at
),

judged AS (
    SELECT
        o.opportunity_id,
        o.account_record_id,
        o.name,
        COALESCE(s.solution_id, n.solution_id, t.solution_id, y.solution_id, 'unspecified') AS solution_id,
        o.type,
        CASE
            WHEN l.amount_cents IS NULL AND f.opportunity_id IS NOT NULL THEN NULL
            WHEN l.opportunity_id IS NULL AND o.is_closed AND o.closed_on > c.as_of_at THEN NULL
            ELSE COALESCE(l.amount_cents, o.amount_cents)
        END AS amount_cents,
        COALESCE(o.currency, c.currency) AS currency,
        o.owner_id,
        o.lead_source,
        o.tactic_id,
        o.created_at,
        CASE
            WHEN l.stage IS NOT NULL THEN l.stage
            WHEN o.is_closed AND o.closed_on > c.as_of_at THEN NULL
            ELSE o.stage
        END AS stage,
        CASE
            WHEN l.stage IS NOT NULL AND COALESCE(r.outcome, 'open') <> 'open' THEN u.turned_at
            WHEN l.stage IS NOT NULL AND LOWER(l.stage) = LOWER(COALESCE(o.stage, '')) THEN u.turned_at
            ELSE GREATEST(COALESCE(o.closed_on, o.created_at), o.created_at)
        END AS last_stage_at,
        CASE
            WHEN r.outcome IN ('won', 'lost') THEN r.outcome
            WHEN l.stage IS NOT NULL AND v.opportunity_id IS NOT NULL THEN 'open'
            WHEN o.is_closed AND o.closed_on <= c.as_of_at AND o.is_won THEN 'won'
            WHEN o.is_closed AND o.closed_on <= c.as_of_at THEN 'lost'
            WHEN o.is_closed AND l.stage IS NULL AND o.is_won THEN 'won'
            WHEN o.is_closed AND l.stage IS NULL THEN 'lost'
            ELSE 'open'
        END AS said_outcome,
        CASE WHEN l.stage IS NULL AND COALESCE(o.closed_on, 0) > c.as_of_at THEN TRUE ELSE FALSE END AS closes_later,
        CASE
            WHEN o.closed_on < o.created_at - 86400000000 AND COALESCE(u.turned_at, 0) <= o.created_at + 86400000000
                THEN o.closed_on
        END AS closed_before_on
    FROM opportunity AS o
    CROSS JOIN clock AS c
    CROSS JOIN only_solution AS y
    LEFT JOIN last_known AS l ON l.opportunity_id = o.opportunity_id
    LEFT JOIN turned AS u ON u.opportunity_id = o.opportunity_id
    LEFT JOIN changed_later AS v ON v.opportunity_id = o.opportunity_id
    LEFT JOIN filled_later AS f ON f.opportunity_id = o.opportunity_id
    LEFT JOIN reading_solution AS s ON s.said = o.solution_id
    LEFT JOIN reading_solution AS n ON n.said = o.name
    LEFT JOIN known_tactic AS t ON t.tactic_id = o.tactic_id
    LEFT JOIN rule_stages AS r
        ON LOWER(r.stage) = LOWER(COALESCE(l.stage, o.stage)) AND r.from_at <= c.as_of_at AND c.as_of_at < r.to_at
    WHERE o.known_at <= c.as_of_at
    AND COALESCE(o.is_deleted, FALSE) = FALSE
),

stood AS (
    SELECT
        j.opportunity_id,
        CASE WHEN j.closes_later THEN 'open' ELSE j.said_outcome END AS outcome
    FROM judged AS j
)

SELECT
    j.opportunity_id,
    j.account_record_id,
    j.name,
    j.solution_id,
    j.type,
    COALESCE(j.amount_cents, 0) AS amount_cents,
    CASE WHEN j.amount_cents IS NULL THEN TRUE ELSE FALSE END AS is_amount_missing,
    j.currency,
    j.owner_id,
    j.lead_source,
    j.tactic_id,
    j.created_at,
    j.stage,
    s.outcome,
    CASE WHEN s.outcome IN ('won', 'lost') THEN TRUE ELSE FALSE END AS is_closed,
    CASE WHEN s.outcome = 'won' THEN TRUE ELSE FALSE END AS is_won,
    CASE WHEN s.outcome IN ('won', 'lost') THEN COALESCE(j.closed_before_on, GREATEST(j.last_stage_at, j.created_at)) END AS closed_at
FROM judged AS j
JOIN stood AS s ON s.opportunity_id = j.opportunity_id

-- Every step forward of a buying group: it opened, qualified, was handed to sales, an opportunity was created, came further than ever
-- before, or was won.
WITH staged AS (
    SELECT
        h.opportunity_id,
        h.stage_change_id,
        h.stage,
        h.changed_at,
        r.position,
        MAX(r.position) OVER (
            PARTITION BY h.opportunity_id ORDER BY h.changed_at, h.stage_change_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS furthest
    FROM known_stage_change AS h
    JOIN rule_stages AS r ON LOWER(r.stage) = LOWER(h.stage) AND r.from_at <= h.changed_at AND h.changed_at < r.to_at
    WHERE r.outcome = 'open'
),

move AS (
    SELECT g.buying_group_id, 'opened' AS move, 'opened' AS source_id, g.opened_at AS at
    FROM group_cycle AS g
    UNION ALL
    SELECT q.buying_group_id, 'qualified' AS move, 'qualified ' || CAST(q.from_at AS VARCHAR) AS source_id, q.from_at AS at
    FROM qualification AS q
    WHERE q.status = 'qualified'
    UNION ALL
    SELECT h.buying_group_id, 'handed_off' AS move, h.hand_off_id AS source_id, h.at
    FROM hand_off AS h
    UNION ALL
    SELECT m.buying_group_id, 'opportunity' AS move, o.opportunity_id AS source_id, o.created_at AS at
    FROM account_opportunity AS o
    JOIN opportunity_group AS m ON m.opportunity_id = o.opportunity_id
    UNION ALL
    SELECT m.buying_group_id, 'stage' AS move, s.stage_change_id AS source_id, s.changed_at AS at
    FROM staged AS s
    JOIN opportunity_group AS m ON m.opportunity_id = s.opportunity_id
    WHERE s.position > s.furthest
    UNION ALL
    SELECT m.buying_group_id, 'won' AS move, 'won ' || o.opportunity_id AS source_id, o.closed_at AS at
    FROM account_opportunity AS o
    JOIN opportunity_group AS m ON m.opportunity_id = o.opportunity_id
    WHERE o.is_won
)

SELECT
    v.buying_group_id || ' ' || v.source_id AS move_id,
    v.buying_group_id,
    v.move,
    v.at
FROM move AS v

-- Each touch path there is: of every opportunity, and of every group without one, by every definition of rules/paths.csv in force when the
-- opportunity was created (the group opened), and from when to when acts count on it. The deal of an earlier cycle ends where it
-- closed: what came before was its own, unless the definition looks over it.
WITH cycle_before AS (
    SELECT
        g.buying_group_id,
        MAX(CASE WHEN g.opportunity_id IS NOT NULL THEN g.closed_at END) OVER (
            PARTITION BY g.account_id, g.solution_id, g.part ORDER BY g.segment ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS closed_at
    FROM group_cycle AS g
),

ended AS (
    SELECT
        g.buying_group_id,
        o.opportunity_id,
        g.account_id,
        g.solution_id,
        g.part,
        o.created_at AS begun_at,
        o.created_at AS opportunity_at,
        COALESCE(o.closed_at, c.as_of_at) AS until_at,
        o.outcome
    FROM account_opportunity AS o
    CROSS JOIN clock AS c
    JOIN opportunity_group AS m ON m.opportunity_id = o.opportunity_id
    JOIN group_cycle AS g ON g.buying_group_id = m.buying_group_id
    UNION ALL
    SELECT
        g.buying_group_id,
        CAST(NULL AS VARCHAR) AS opportunity_id,
        g.account_id,
        g.solution_id,
        g.part,
        g.first_at AS begun_at,
        CAST(NULL AS BIGINT) AS opportunity_at,
        COALESCE(g.closed_at, c.as_of_at) AS until_at,
        COALESCE(g.closing_reason, 'open') AS outcome
    FROM group_cycle AS g
    CROSS JOIN clock AS c
    WHERE g.opportunity_id IS NULL
)

SELECT
    r.definition || '|' || COALESCE(e.opportunity_id, e.buying_group_id) AS span_id,
    r.definition,
    e.buying_group_id,
    e.opportunity_id,
    e.account_id,
    e.solution_id,
    e.part,
    CASE
        WHEN e.opportunity_id IS NULL THEN e.begun_at
        ELSE GREATEST(
            e.begun_at - CASE WHEN r.days = 0 THEN p.credit_window_us ELSE r.days * 86400000000 END,
            CASE WHEN r.earlier_cycles THEN 0 ELSE COALESCE(b.closed_at + 1, 0) END
        )
    END AS from_at,
    e.opportunity_at,
    e.until_at,
    e.outcome,
    r.transform,
    r.last,
    r.steps,
    LOWER(r.ignored_channel) AS ignored_channel,
    r.general_acts,
    r.sales_acts
FROM ended AS e
JOIN cycle_before AS b ON b.buying_group_id = e.buying_group_id
JOIN rule_policy AS p ON p.from_at <= e.begun_at AND e.begun_at < p.to_at
JOIN rule_paths AS r ON r.from_at <= e.begun_at AND e.begun_at < r.to_at

-- Every account in every experiment with its arm: what was known of it before it began, and what became of it until 13 weeks after the
-- end. Where hold-outs alone are written down, all other accounts on record by the start were open to the programme; one that came on
-- record later may have come because of it, and is in neither arm.
WITH recorded AS (
    SELECT a.account_id, MIN(r.known_at) AS known_at
    FROM account_alias AS a
    JOIN known_account_record AS r ON r.account_record_id = a.account_record_id
    GROUP BY a.account_id
),

told AS (
    SELECT
        e.tactic_id AS experiment,
        a.account_id,
        MAX(CASE WHEN LOWER(e.arm) IN ('holdout', 'control') THEN 1 ELSE 0 END) AS held_out,
        MAX(CASE WHEN LOWER(e.arm) IN ('treated', 'treatment') THEN 1 ELSE 0 END) AS treated
    FROM experiment_arm AS e
    CROSS JOIN clock AS c
    JOIN account_alias AS a ON a.account_record_id = e.account_record_id
    WHERE e.known_at <= c.as_of_at
    GROUP BY e.tactic_id, a.account_id
),

armed AS (
    SELECT
        s.experiment,
        r.account_id,
        CASE
            WHEN t.held_out = 1 AND t.treated = 1 THEN 'both'
            WHEN t.held_out = 1 THEN 'holdout'
            ELSE 'treated'
        END AS arm,
        s.starts_at AS from_at
    FROM experiment_span AS s
    CROSS JOIN recorded AS r
    LEFT JOIN told AS t ON t.experiment = s.experiment AND t.account_id = r.account_id
    WHERE NOT s.is_drawn
    AND s.starts_at IS NOT NULL
    AND (t.held_out = 1 OR t.treated = 1 OR NOT s.has_treated)
    AND (s.has_treated OR r.known_at <= s.starts_at)
    UNION ALL
    SELECT
        d.experiment,
        d.account_id,
        d.arm,
        d.drawn_at AS from_at
    FROM experiment_draw AS d
),

subject AS (
    SELECT
        a.experiment,
        a.account_id,
        a.arm,
        a.from_at,
        LEAST(c.as_of_at, COALESCE(s.ends_at + 7862400000000, c.as_of_at)) AS to_at
    FROM armed AS a
    JOIN experiment_span AS s ON s.experiment = a.experiment AND s.starts_at <= a.from_at
    CROSS JOIN clock AS c
    WHERE a.from_at <= c.as_of_at
),

spanned AS (
    SELECT
        s.experiment,
        s.account_id,
        s.arm,
        s.from_at,
        s.to_at,
        s.from_at - (s.to_at - s.from_at) AS before_at
    FROM subject AS s
),

happened AS (
    SELECT o.account_id, o.created_at AS at, 'opening' AS kind, CAST(0 AS BIGINT) AS cents
    FROM account_opportunity AS o
    WHERE COALESCE(o.type, '') <> 'renewal'
    UNION ALL
    SELECT
        o.account_id,
        o.closed_at AS at,
        CASE WHEN o.currency = c.currency THEN 'won' ELSE 'won elsewhere' END AS kind,
        CASE WHEN o.currency = c.currency THEN o.amount_cents ELSE 0 END AS cents
    FROM account_opportunity AS o
    CROSS JOIN clock AS c
    WHERE o.is_won
    AND COALESCE(o.type, '') <> 'renewal'
    UNION ALL
    SELECT g.account_id, g.opened_at AS at, 'group' AS kind, CAST(0 AS BIGINT) AS cents
    FROM group_cycle AS g
    UNION ALL
    SELECT s.account_id, GREATEST(s.read_at, s.known_at) AS at, 'read' AS kind, CAST(0 AS BIGINT) AS cents
    FROM share AS s
    WHERE s.is_upward
    UNION ALL
    SELECT e.account_id, GREATEST(e.occurred_at, e.known_at) AS at, 'act' AS kind, CAST(0 AS BIGINT) AS cents
    FROM resolved_engagement AS e
    WHERE e.is_act
    AND e.account_id IS NOT NULL
),

counted AS (
    SELECT
        s.experiment,
        s.account_id,
        COUNT(CASE WHEN h.kind = 'act' AND h.at < s.from_at THEN 1 END) AS acts_before,
        COUNT(CASE WHEN h.kind = 'opening' AND h.at < s.from_at THEN 1 END) AS openings_before,
        COUNT(CASE WHEN h.kind = 'opening' AND h.at >= s.from_at THEN 1 END) AS openings,
        COUNT(CASE WHEN h.kind IN ('won', 'won elsewhere') AND h.at < s.from_at THEN 1 END) AS won_before,
        COUNT(CASE WHEN h.kind IN ('won', 'won elsewhere') AND h.at >= s.from_at THEN 1 END) AS won,
        COUNT(CASE WHEN h.kind = 'won elsewhere' AND h.at >= s.from_at THEN 1 END) AS won_in_other_currency,
        CAST(SUM(CASE WHEN h.at < s.from_at THEN h.cents ELSE 0 END) AS BIGINT) AS won_cents_before,
        CAST(SUM(CASE WHEN h.at >= s.from_at THEN h.cents ELSE 0 END) AS BIGINT) AS won_cents,
        COUNT(CASE WHEN h.kind = 'group' AND h.at < s.from_at THEN 1 END) AS groups_before,
        COUNT(CASE WHEN h.kind = 'group' AND h.at >= s.from_at THEN 1 END) AS groups,
        COUNT(CASE WHEN h.kind = 'read' AND h.at < s.from_at THEN 1 END) AS reads_before,
        COUNT(CASE WHEN h.kind = 'read' AND h.at >= s.from_at THEN 1 END) AS reads
    FROM spanned AS s
    JOIN happened AS h ON h.account_id = s.account_id AND h.at >= s.before_at AND h.at <= s.to_at
    GROUP BY s.experiment, s.account_id
),

reached AS (
    SELECT
        s.experiment,
        s.account_id,
        COUNT(*) AS contacts
    FROM spanned AS s
    JOIN resolved_engagement AS e ON e.account_id = s.account_id AND e.occurred_at >= s.from_at AND e.occurred_at <= s.to_at
    JOIN known_tactic AS t ON t.tactic_id = e.tactic_id AND (t.tactic_id = s.experiment OR t.program_id = s.experiment)
    GROUP BY s.experiment, s.account_id
),

fitting AS (
    SELECT
        s.experiment,
        s.account_id,
        CAST(SUM(f.points) AS BIGINT) AS fit
    FROM spanned AS s
    JOIN fit_point AS f ON f.account_id = s.account_id AND f.known_at <= s.from_at
    GROUP BY s.experiment, s.account_id
)

SELECT
    s.experiment,
    s.account_id,
    s.arm,
    s.from_at,
    s.to_at,
    COALESCE(r.contacts, 0) AS contacts,
    COALESCE(f.fit, 0) AS fit,
    CASE WHEN z.size_known_at <= s.from_at THEN CAST(FLOOR(z.employee_count) AS BIGINT) END AS employee_count,
    COALESCE(n.acts_before, 0) AS acts_before,
    COALESCE(n.openings_before, 0) AS openings_before,
    COALESCE(n.openings, 0) AS openings,
    COALESCE(n.won_before, 0) AS won_before,
    COALESCE(n.won, 0) AS won,
    COALESCE(n.won_cents_before, 0) AS won_cents_before,
    COALESCE(n.won_cents, 0) AS won_cents,
    COALESCE(n.won_in_other_currency, 0) AS won_in_other_currency,
    COALESCE(n.groups_before, 0) AS groups_before,
    COALESCE(n.groups, 0) AS groups,
    COALESCE(n.reads_before, 0) AS reads_before,
    COALESCE(n.reads, 0) AS reads
FROM spanned AS s
LEFT JOIN counted AS n ON n.experiment = s.experiment AND n.account_id = s.account_id
LEFT JOIN reached AS r ON r.experiment = s.experiment AND r.account_id = s.account_id
LEFT JOIN fitting AS f ON f.experiment = s.experiment AND f.account_id = s.account_id
LEFT JOIN account_size AS z ON z.account_id = s.account_id

-- Plan and actual of what marketing and sales agreed on (rules/goals.csv), by quarter: what each measure came to, who owns the step,
-- and whether the goal is met. Every figure is in hundredths of its unit: cents, hundredths of a percent, of a day or of a hand-off.
WITH agreed AS (
    SELECT
        g.measure,
        g.period,
        g.solution_id,
        CASE
            WHEN g.measure IN ('revenue', 'pipeline', 'pipeline_created', 'renewals') THEN COALESCE(NULLIF(g.currency, ''), c.currency)
            ELSE g.currency
        END AS currency,
        g.owner,
        g.target,
        g.position_in_file,
        g.from_at,
        g.to_at,
        c.as_of_at
    FROM rule_goals AS g
    CROSS JOIN clock AS c
),

planned AS (
    SELECT
        q.quarter_on,
        q.next_quarter_on,
        a.measure,
        a.solution_id,
        a.currency,
        a.owner,
        a.target,
        a.period,
        a.as_of_at,
        ROW_NUMBER() OVER (
            PARTITION BY q.quarter_on, a.measure, a.solution_id, a.currency
            ORDER BY CASE WHEN a.period = '*' THEN 1 ELSE 0 END, a.position_in_file
        ) AS place
    FROM agreed AS a
    JOIN quarter AS q ON a.period = q.label OR a.period = '*'
    WHERE a.from_at <= LEAST(q.next_quarter_on - 1, a.as_of_at)
    AND LEAST(q.next_quarter_on - 1, a.as_of_at) < a.to_at
),

-- What each opportunity and hand-off adds to a measure: money in cents, else a part and the whole it is a part of.
counted AS (
    SELECT q.quarter_on, 'revenue' AS measure, o.solution_id, o.currency, o.amount_cents AS part, 1 AS whole
    FROM account_opportunity AS o
    JOIN quarter AS q ON o.booked_at >= q.quarter_on AND o.booked_at < q.next_quarter_on
    WHERE o.is_won
    UNION ALL
    SELECT q.quarter_on, 'renewals' AS measure, o.solution_id, o.currency, o.amount_cents AS part, 1 AS whole
    FROM account_opportunity AS o
    JOIN quarter AS q ON o.booked_at >= q.quarter_on AND o.booked_at < q.next_quarter_on
    WHERE o.is_won
    AND o.type = 'renewal'
    UNION ALL
    SELECT q.quarter_on, 'conversion' AS measure, o.solution_id, o.currency, CASE WHEN o.is_won THEN 1 ELSE 0 END AS part, 1 AS whole
    FROM account_opportunity AS o
    JOIN quarter AS q ON o.booked_at >= q.quarter_on AND o.booked_at < q.next_quarter_on
    UNION ALL
    SELECT q.quarter_on, 'speed' AS measure, o.solution_id, o.currency, o.booked_at - o.created_at AS part, 1 AS whole
    FROM account_opportunity AS o
    JOIN quarter AS q ON o.booked_at >= q.quarter_on AND o.booked_at < q.next_quarter_on
    WHERE o.is_won
    AND o.booked_at >= o.created_at
    UNION ALL
    SELECT q.quarter_on, 'pipeline_created' AS measure, o.solution_id, o.currency, o.amount_cents AS part, 1 AS whole
    FROM account_opportunity AS o
    JOIN quarter AS q ON o.created_at >= q.quarter_on AND o.created_at < q.next_quarter_on
    UNION ALL
    SELECT q.quarter_on, 'pipeline' AS measure, o.solution_id, o.currency, o.amount_cents AS part, 1 AS whole
    FROM quarter AS q
    CROSS JOIN clock AS c
    JOIN account_opportunity AS o
        ON o.created_at < LEAST(q.next_quarter_on, c.as_of_at + 1) AND (o.closed_at IS NULL OR o.closed_at >= q.next_quarter_on)
    UNION ALL
    SELECT q.quarter_on, 'hand_offs' AS measure, g.solution_id, '' AS currency, 100 AS part, 1 AS whole
    FROM given AS g
    JOIN quarter AS q ON g.at >= q.quarter_on AND g.at < q.next_quarter_on
    WHERE g.process = 'hand_off'
    AND NOT g.is_replayed
    UNION ALL
    SELECT
        q.quarter_on,
        'first_action' AS measure,
        g.solution_id,
        '' AS currency,
        CASE WHEN g.follow_up = 'in time' THEN 1 ELSE 0 END AS part,
        1 AS whole
    FROM given AS g
    JOIN quarter AS q ON g.at >= q.quarter_on AND g.at < q.next_quarter_on
    WHERE g.process = 'hand_off'
    AND g.follow_up IN ('in time', 'late', 'none')
    UNION ALL
    SELECT
        q.quarter_on,
        'evidence' AS measure,
        f.solution_id,
        '' AS currency,
        CASE WHEN f.member_count > 0 AND f.newest_at >= f.at - f.evidence_us THEN 1 ELSE 0 END AS part,
        1 AS whole
    FROM (
        SELECT h.hand_off_id, h.at, h.member_count, g.solution_id, r.evidence_us, MAX(e.at) AS newest_at
        FROM hand_off AS h
        JOIN group_cycle AS g ON g.buying_group_id = h.buying_group_id
        JOIN rule_control AS r ON r.from_at <= h.at AND h.at < r.to_at
        LEFT JOIN group_engagement AS e ON e.buying_group_id = h.buying_group_id AND e.at <= h.at
        WHERE NOT h.is_replayed
        GROUP BY h.hand_off_id, h.at, h.member_count, g.solution_id, r.evidence_us
    ) AS f
    JOIN quarter AS q ON f.at >= q.quarter_on AND f.at < q.next_quarter_on
),

summed AS (
    SELECT
        p.quarter_on,
        p.next_quarter_on,
        p.measure,
        p.solution_id,
        p.currency,
        p.owner,
        p.target,
        p.period,
        p.as_of_at,
        CAST(SUM(COALESCE(c.part, 0)) AS BIGINT) AS part,
        CAST(SUM(COALESCE(c.whole, 0)) AS BIGINT) AS whole
    FROM planned AS p
    LEFT JOIN counted AS c
        ON c.quarter_on = p.quarter_on
        AND c.measure = p.measure
        AND (p.solution_id = '*' OR c.solution_id = p.solution_id)
        AND (p.currency = '' OR c.currency = p.currency)
    WHERE p.place = 1
    GROUP BY p.quarter_on, p.next_quarter_on, p.measure, p.solution_id, p.currency, p.owner, p.target, p.period, p.as_of_at
),

told AS (
    SELECT
        s.quarter_on,
        s.measure,
        s.solution_id,
        s.currency,
        s.owner,
        s.target,
        s.whole,
        s.next_quarter_on <= s.as_of_at AS is_over,
        CASE
            WHEN s.measure IN ('conversion', 'evidence', 'first_action')
                THEN INT_DIV(s.part * 20000 + s.whole, NULLIF(2 * s.whole, 0))
            WHEN s.measure = 'speed'
                THEN INT_DIV(INT_DIV(s.part, NULLIF(s.whole, 0)) * 100 + 43200000000, 86400000000)
            ELSE s.part
        END AS actual
    FROM summed AS s
    WHERE s.whole > 0
    OR s.period <> '*'
)

SELECT
    t.quarter_on AS period_on,
    t.measure,
    t.solution_id,
    t.currency,
    CASE
        WHEN t.measure IN ('conversion', 'evidence', 'first_action') THEN 'percent'
        WHEN t.measure = 'speed' THEN 'days'
        WHEN t.measure = 'hand_offs' THEN 'hand-offs'
        ELSE t.currency
    END AS unit,
    t.owner,
    t.target,
    t.actual,
    t.whole AS basis_count,
    CASE
        WHEN t.measure = 'speed' THEN t.actual <= t.target
        ELSE t.actual >= t.target
    END AS is_met,
    t.is_over
FROM told AS t

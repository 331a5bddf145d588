-- Every row of spend booked by the date and what it counts as: cost, what selling costs, or a credit, refund or total, which are never cost.
-- Tactics of programmes without any row bring the cost recorded on them, booked on their first day; a programme's own cost is the sum of its
-- tactics' and not counted again. Amounts are told in the company's currency too, where a rate was known for the day.
WITH booked AS (
    SELECT
        s.spend_id,
        s.tactic_id,
        t.program_id,
        s.spent_on,
        s.amount_cents,
        COALESCE(s.currency, c.currency) AS currency,
        s.line
    FROM spend AS s
    CROSS JOIN clock AS c
    LEFT JOIN known_tactic AS t ON t.tactic_id = s.tactic_id
    WHERE s.known_at <= c.as_of_at
    AND s.spent_on <= c.as_of_at
),

has_spend AS (
    SELECT DISTINCT b.program_id
    FROM booked AS b
    WHERE b.program_id IS NOT NULL
),

parent AS (
    SELECT DISTINCT t.program_id
    FROM known_tactic AS t
    WHERE t.program_id <> t.tactic_id
),

row_of AS (
    SELECT b.spend_id, b.tactic_id, b.program_id, b.spent_on, b.amount_cents, b.currency, b.line
    FROM booked AS b
    UNION ALL
    SELECT
        'tactic:' || t.tactic_id AS spend_id,
        t.tactic_id,
        t.program_id,
        t.starts_on AS spent_on,
        t.cost_cents AS amount_cents,
        COALESCE(t.currency, c.currency) AS currency,
        CAST(NULL AS VARCHAR) AS line
    FROM known_tactic AS t
    CROSS JOIN clock AS c
    LEFT JOIN has_spend AS h ON h.program_id = t.program_id
    LEFT JOIN parent AS p ON p.program_id = t.tactic_id
    WHERE h.program_id IS NULL
    AND p.program_id IS NULL
    AND t.cost_cents > 0
    AND t.starts_on <= c.as_of_at
),

-- Rows of a programme's tactics in one month, to know its own row for their sum by.
summed AS (
    SELECT
        b.program_id,
        m.month_on,
        b.currency,
        COUNT(*) AS lines,
        CAST(SUM(b.amount_cents) AS BIGINT) AS amount_cents
    FROM booked AS b
    JOIN month AS m ON b.spent_on >= m.month_on AND b.spent_on < m.next_month_on
    WHERE b.program_id <> b.tactic_id
    AND b.amount_cents > 0
    GROUP BY b.program_id, m.month_on, b.currency
),

meant AS (
    SELECT
        r.spend_id,
        r.tactic_id,
        r.program_id,
        r.spent_on,
        r.amount_cents,
        r.currency,
        r.line,
        CASE
            WHEN l.counts_as IS NOT NULL AND NOT (l.counts_as IN ('cost', 'sales_cost') AND r.amount_cents < 0) THEN l.counts_as
            WHEN r.program_id IS NULL AND i.counts_as IN ('total', 'sales_cost') AND r.amount_cents >= 0 THEN i.counts_as
            WHEN r.amount_cents < 0 THEN n.counts_as
            WHEN s.lines > 1 AND s.amount_cents = r.amount_cents THEN 'total'
            ELSE 'cost'
        END AS counts_as,
        CASE
            WHEN l.counts_as IN ('credit', 'refund') THEN l.reduces_cost
            WHEN r.amount_cents < 0 AND COALESCE(l.counts_as, '') <> 'total' THEN n.reduces_cost
            ELSE FALSE
        END AS reduces_cost
    FROM row_of AS r
    LEFT JOIN reading_spend_line AS l ON l.said = r.line
    LEFT JOIN reading_spend_line AS i ON i.said = r.tactic_id
    JOIN reading_spend_line AS n ON n.said = '(negative)'
    LEFT JOIN month AS m ON r.spent_on >= m.month_on AND r.spent_on < m.next_month_on
    LEFT JOIN summed AS s ON s.program_id = r.tactic_id AND s.month_on = m.month_on AND s.currency = r.currency
),

counted AS (
    SELECT
        m.spend_id,
        m.tactic_id,
        m.program_id,
        m.spent_on,
        m.amount_cents,
        m.currency,
        m.line,
        m.counts_as,
        CASE
            WHEN m.counts_as IN ('cost', 'sales_cost') THEN m.amount_cents
            WHEN m.reduces_cost THEN -ABS(m.amount_cents)
            ELSE 0
        END AS cost_cents
    FROM meant AS m
)

SELECT
    c.spend_id,
    c.tactic_id,
    c.program_id,
    c.spent_on,
    c.amount_cents,
    c.currency,
    c.line,
    c.counts_as,
    c.cost_cents,
    CASE WHEN c.cost_cents < 0 THEN -1 ELSE 1 END * (
        INT_DIV(ABS(c.cost_cents), NULLIF(x.scale, 0)) * x.digits
            + INT_DIV(MOD(ABS(c.cost_cents), NULLIF(x.scale, 0)) * x.digits + INT_DIV(x.scale, 2), NULLIF(x.scale, 0))
    ) AS company_cents
FROM counted AS c
LEFT JOIN company_rate AS x ON x.currency = c.currency AND x.from_at <= c.spent_on AND c.spent_on < x.to_at

-- What brings money year after year, from when to when: subscriptions, or where a company has none, won opportunities over their term.
-- A renewal replaces from its day what ran before for its account and solution; what nobody renews is lost when the grace is over,
-- or, once sales closed its renewal as lost, on that day, though not before its term ends.
WITH recorded AS (
    SELECT COUNT(*) AS subscriptions
    FROM known_subscription AS s
),

deal AS (
    SELECT
        o.opportunity_id,
        o.account_id,
        o.solution_id,
        o.currency,
        o.type,
        o.amount_cents,
        o.booked_at - MOD(o.booked_at, 86400000000) AS starts_on,
        COALESCE(p.term_months, f.deal_term_months) AS term_months,
        f.renewal_grace_us
    FROM account_opportunity AS o
    JOIN opportunity AS p ON p.opportunity_id = o.opportunity_id
    JOIN rule_finance AS f ON f.from_at <= o.booked_at AND o.booked_at < f.to_at
    CROSS JOIN recorded AS r
    WHERE o.is_won
    AND o.account_id IS NOT NULL
    AND o.amount_cents > 0
    AND r.subscriptions = 0
),

renewed AS (
    SELECT d.opportunity_id, MIN(r.starts_on) AS renewal_on
    FROM deal AS d
    JOIN deal AS r
        ON r.account_id = d.account_id AND r.solution_id = d.solution_id AND r.currency = d.currency AND r.starts_on > d.starts_on
    WHERE r.type = 'renewal'
    GROUP BY d.opportunity_id
),

refused AS (
    SELECT d.opportunity_id, MIN(o.booked_at - MOD(o.booked_at, 86400000000)) AS refused_on
    FROM deal AS d
    JOIN account_opportunity AS o
        ON o.account_id = d.account_id AND o.solution_id = d.solution_id AND o.currency = d.currency
    WHERE o.type = 'renewal'
    AND NOT o.is_won
    AND o.booked_at >= d.starts_on + 86400000000
    GROUP BY d.opportunity_id
),

lasting AS (
    SELECT
        d.opportunity_id,
        d.account_id,
        d.solution_id,
        d.currency,
        INT_DIV(d.amount_cents * 12, NULLIF(d.term_months, 0)) AS arr_cents,
        d.starts_on,
        d.starts_on + INT_DIV(d.term_months * 36525, 1200) * 86400000000 AS term_ends_on,
        d.renewal_grace_us
    FROM deal AS d
    WHERE d.term_months > 0
),

lost AS (
    SELECT
        l.opportunity_id,
        l.account_id,
        l.solution_id,
        l.currency,
        l.arr_cents,
        l.starts_on,
        LEAST(
            l.term_ends_on + l.renewal_grace_us,
            GREATEST(l.term_ends_on, COALESCE(f.refused_on, l.term_ends_on + l.renewal_grace_us))
        ) AS lost_on
    FROM lasting AS l
    LEFT JOIN refused AS f ON f.opportunity_id = l.opportunity_id
),

ended AS (
    SELECT
        l.opportunity_id,
        l.account_id,
        l.solution_id,
        l.currency,
        l.arr_cents,
        l.starts_on,
        LEAST(l.lost_on, COALESCE(r.renewal_on, l.lost_on)) AS ends_on
    FROM lost AS l
    LEFT JOIN renewed AS r ON r.opportunity_id = l.opportunity_id
)

SELECT
    s.subscription_id AS contract_id,
    a.account_id,
    s.solution_id,
    s.currency,
    s.arr_cents,
    s.starts_on,
    s.ends_on
FROM known_subscription AS s
JOIN account_alias AS a ON a.account_record_id = s.account_record_id
UNION ALL
SELECT
    e.opportunity_id AS contract_id,
    e.account_id,
    e.solution_id,
    e.currency,
    e.arr_cents,
    e.starts_on,
    CASE WHEN e.ends_on <= c.as_of_at THEN e.ends_on END AS ends_on
FROM ended AS e
CROSS JOIN clock AS c
WHERE e.arr_cents > 0

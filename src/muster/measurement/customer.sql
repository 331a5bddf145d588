-- What an account that has bought is worth and what marketing spent on it and is credited with, over all of its deals, in the company's
-- currency; and whether it weighs another solution now. A programme's cost is divided over the accounts that took part in it, by their acts.
WITH money AS (
    SELECT
        o.account_id,
        o.opportunity_id,
        COALESCE(o.type, 'new_business') AS type,
        o.booked_at,
        o.amount_cents,
        COALESCE(CAST(SUM(CASE WHEN k.engagement_id IS NOT NULL THEN k.credit_cents ELSE 0 END) AS BIGINT), 0) AS credit_cents,
        x.digits,
        x.scale
    FROM account_opportunity AS o
    JOIN credit AS k ON k.opportunity_id = o.opportunity_id AND k.attribution_model = 'linear'
    LEFT JOIN company_rate AS x ON x.currency = o.currency AND x.from_at <= o.booked_at AND o.booked_at < x.to_at
    WHERE o.is_won
    AND o.account_id IS NOT NULL
    GROUP BY o.account_id, o.opportunity_id, COALESCE(o.type, 'new_business'), o.booked_at, o.amount_cents, x.digits, x.scale
),

converted AS (
    SELECT
        m.account_id,
        m.type,
        m.booked_at,
        CASE WHEN m.amount_cents < 0 THEN -1 ELSE 1 END * (
            INT_DIV(ABS(m.amount_cents), NULLIF(m.scale, 0)) * m.digits
                + INT_DIV(MOD(ABS(m.amount_cents), NULLIF(m.scale, 0)) * m.digits + INT_DIV(m.scale, 2), NULLIF(m.scale, 0))
        ) AS won_cents,
        CASE WHEN m.credit_cents < 0 THEN -1 ELSE 1 END * (
            INT_DIV(ABS(m.credit_cents), NULLIF(m.scale, 0)) * m.digits
                + INT_DIV(MOD(ABS(m.credit_cents), NULLIF(m.scale, 0)) * m.digits + INT_DIV(m.scale, 2), NULLIF(m.scale, 0))
        ) AS credited_cents
    FROM money AS m
),

bought AS (
    SELECT
        c.account_id,
        MIN(c.booked_at) AS first_at,
        COUNT(*) AS won_count,
        CAST(SUM(CASE WHEN c.type = 'renewal' THEN 1 ELSE 0 END) AS BIGINT) AS renewal_count,
        CAST(SUM(CASE WHEN c.type IN ('upsell', 'cross_sell') THEN 1 ELSE 0 END) AS BIGINT) AS upsell_count,
        CAST(SUM(COALESCE(c.won_cents, 0)) AS BIGINT) AS won_cents,
        CAST(SUM(COALESCE(c.credited_cents, 0)) AS BIGINT) AS credited_cents,
        CAST(SUM(CASE WHEN c.won_cents IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS kept_out_count
    FROM converted AS c
    GROUP BY c.account_id
),

moved AS (
    SELECT
        m.account_id,
        m.currency,
        m.end_cents,
        m.customer_since_on,
        ROW_NUMBER() OVER (PARTITION BY m.account_id, m.currency ORDER BY m.moved_on DESC) AS back
    FROM arr_movement AS m
),

recurring AS (
    SELECT
        m.account_id,
        MIN(m.customer_since_on) AS since_on,
        CAST(SUM(m.end_cents) AS BIGINT) AS any_cents,
        CAST(SUM(
            INT_DIV(m.end_cents, NULLIF(x.scale, 0)) * x.digits
                + INT_DIV(MOD(m.end_cents, NULLIF(x.scale, 0)) * x.digits + INT_DIV(x.scale, 2), NULLIF(x.scale, 0))
        ) AS BIGINT) AS arr_cents
    FROM moved AS m
    CROSS JOIN clock AS c
    LEFT JOIN company_rate AS x ON x.currency = m.currency AND x.from_at <= c.as_of_at AND c.as_of_at < x.to_at
    WHERE m.back = 1
    GROUP BY m.account_id
),

spent AS (
    SELECT t.program_id, CAST(SUM(t.company_cents) AS BIGINT) AS cents
    FROM tactic_cost AS t
    WHERE t.purpose <> 'sales'
    GROUP BY t.program_id
),

act AS (
    SELECT t.program_id, COALESCE(e.account_id, '') AS account_id, COUNT(*) AS acts
    FROM resolved_engagement AS e
    JOIN known_tactic AS t ON t.tactic_id = e.tactic_id
    WHERE e.is_marketing
    GROUP BY t.program_id, COALESCE(e.account_id, '')
),

whole AS (
    SELECT a.program_id, CAST(SUM(a.acts) AS BIGINT) AS acts
    FROM act AS a
    GROUP BY a.program_id
),

floored AS (
    SELECT
        a.program_id,
        a.account_id,
        s.cents,
        INT_DIV(ABS(s.cents), NULLIF(w.acts, 0)) * a.acts
            + INT_DIV(MOD(ABS(s.cents), NULLIF(w.acts, 0)) * a.acts, NULLIF(w.acts, 0)) AS floor_cents,
        MOD(MOD(ABS(s.cents), NULLIF(w.acts, 0)) * a.acts, NULLIF(w.acts, 0)) AS rest
    FROM act AS a
    JOIN whole AS w ON w.program_id = a.program_id
    JOIN spent AS s ON s.program_id = a.program_id
),

turned AS (
    SELECT
        f.account_id,
        f.cents,
        f.floor_cents,
        ABS(f.cents) - CAST(SUM(f.floor_cents) OVER (PARTITION BY f.program_id) AS BIGINT) AS cents_left,
        ROW_NUMBER() OVER (PARTITION BY f.program_id ORDER BY f.rest DESC, f.account_id) AS turn
    FROM floored AS f
),

courted AS (
    SELECT
        t.account_id,
        CAST(SUM(
            CASE WHEN t.cents < 0 THEN -1 ELSE 1 END * (t.floor_cents + CASE WHEN t.turn <= t.cents_left THEN 1 ELSE 0 END)
        ) AS BIGINT) AS cost_cents
    FROM turned AS t
    GROUP BY t.account_id
),

owned AS (
    SELECT DISTINCT x.account_id, x.solution_id
    FROM (
        SELECT o.account_id, o.solution_id
        FROM account_opportunity AS o
        WHERE o.is_won
        UNION ALL
        SELECT c.account_id, c.solution_id
        FROM contract AS c
    ) AS x
),

another AS (
    SELECT
        g.account_id,
        COUNT(*) AS groups,
        COUNT(q.buying_group_id) AS qualified_groups,
        MIN(g.solution_id) AS solution_id
    FROM group_cycle AS g
    LEFT JOIN owned AS o ON o.account_id = g.account_id AND o.solution_id = g.solution_id
    LEFT JOIN qualification AS q ON q.buying_group_id = g.buying_group_id AND q.status = 'qualified' AND q.to_at IS NULL
    WHERE g.closed_at IS NULL
    AND o.account_id IS NULL
    GROUP BY g.account_id
),

buyer AS (
    SELECT DISTINCT x.account_id
    FROM (
        SELECT b.account_id
        FROM bought AS b
        UNION ALL
        SELECT r.account_id
        FROM recurring AS r
    ) AS x
)

SELECT
    u.account_id,
    k.currency,
    LEAST(COALESCE(b.first_at - MOD(b.first_at, 86400000000), r.since_on), COALESCE(r.since_on, b.first_at - MOD(b.first_at, 86400000000)))
        AS customer_since_on,
    CASE WHEN r.any_cents IS NOT NULL THEN r.any_cents > 0 END AS is_live,
    r.arr_cents,
    COALESCE(b.won_count, 0) AS won_count,
    COALESCE(b.renewal_count, 0) AS renewal_count,
    COALESCE(b.upsell_count, 0) AS upsell_count,
    COALESCE(b.won_cents, 0) AS won_cents,
    COALESCE(b.credited_cents, 0) AS credited_cents,
    COALESCE(c.cost_cents, 0) AS cost_cents,
    COALESCE(b.kept_out_count, 0) AS kept_out_count,
    COALESCE(n.groups, 0) AS other_group_count,
    COALESCE(n.qualified_groups, 0) AS other_qualified_count,
    n.solution_id AS other_solution_id
FROM buyer AS u
CROSS JOIN clock AS k
LEFT JOIN bought AS b ON b.account_id = u.account_id
LEFT JOIN recurring AS r ON r.account_id = u.account_id
LEFT JOIN courted AS c ON c.account_id = u.account_id
LEFT JOIN another AS n ON n.account_id = u.account_id

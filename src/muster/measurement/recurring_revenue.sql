-- Annual recurring revenue of each quarter: its moves, and how much of what the customers of a year ago brought is left (GRR) and what
-- they bring now (NRR). Beside all customers each cohort, told by the quarter its customers came in, against what they brought at its end.
WITH customer AS (
    SELECT
        m.account_id,
        m.currency,
        q.quarter_on AS cohort_on,
        q.label AS cohort
    FROM arr_movement AS m
    JOIN quarter AS q ON m.customer_since_on >= q.quarter_on AND m.customer_since_on < q.next_quarter_on
    WHERE m.kind = 'new'
),

moved AS (
    SELECT
        m.account_id,
        m.currency,
        q.quarter_on,
        CAST(SUM(CASE WHEN m.kind = 'new' THEN m.change_cents ELSE 0 END) AS BIGINT) AS new_cents,
        CAST(SUM(CASE WHEN m.kind = 'win_back' THEN m.change_cents ELSE 0 END) AS BIGINT) AS win_back_cents,
        CAST(SUM(CASE WHEN m.kind = 'expansion' THEN m.change_cents ELSE 0 END) AS BIGINT) AS expansion_cents,
        CAST(SUM(CASE WHEN m.kind = 'contraction' THEN -m.change_cents ELSE 0 END) AS BIGINT) AS contraction_cents,
        CAST(SUM(CASE WHEN m.kind = 'churn' THEN -m.change_cents ELSE 0 END) AS BIGINT) AS churn_cents,
        CAST(SUM(m.change_cents) AS BIGINT) AS change_cents,
        MAX(CASE WHEN m.kind = 'churn' THEN 1 ELSE 0 END) AS has_churned,
        MAX(CASE WHEN m.kind = 'win_back' THEN 1 ELSE 0 END) AS has_come_back
    FROM arr_movement AS m
    JOIN quarter AS q ON m.moved_on >= q.quarter_on AND m.moved_on < q.next_quarter_on
    GROUP BY m.account_id, m.currency, q.quarter_on
),

-- Every customer in every quarter since it came.
told AS (
    SELECT
        c.account_id,
        c.currency,
        c.cohort,
        c.cohort_on,
        q.quarter_on,
        q.next_quarter_on,
        COALESCE(m.new_cents, 0) AS new_cents,
        COALESCE(m.win_back_cents, 0) AS win_back_cents,
        COALESCE(m.expansion_cents, 0) AS expansion_cents,
        COALESCE(m.contraction_cents, 0) AS contraction_cents,
        COALESCE(m.churn_cents, 0) AS churn_cents,
        COALESCE(m.change_cents, 0) AS change_cents,
        COALESCE(m.has_churned, 0) AS has_churned,
        COALESCE(m.has_come_back, 0) AS has_come_back,
        CAST(SUM(COALESCE(m.change_cents, 0)) OVER (
            PARTITION BY c.account_id, c.currency ORDER BY q.quarter_on ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS end_cents
    FROM customer AS c
    JOIN quarter AS q ON q.quarter_on >= c.cohort_on
    LEFT JOIN moved AS m ON m.account_id = c.account_id AND m.currency = c.currency AND m.quarter_on = q.quarter_on
),

based AS (
    SELECT
        t.account_id,
        t.currency,
        t.cohort,
        t.cohort_on,
        t.quarter_on,
        t.next_quarter_on,
        t.new_cents,
        t.win_back_cents,
        t.expansion_cents,
        t.contraction_cents,
        t.churn_cents,
        t.has_churned,
        t.has_come_back,
        t.end_cents - t.change_cents AS start_cents,
        t.end_cents,
        LAG(t.end_cents, 4) OVER (PARTITION BY t.account_id, t.currency ORDER BY t.quarter_on) AS year_ago_cents,
        FIRST_VALUE(t.end_cents) OVER (
            PARTITION BY t.account_id, t.currency ORDER BY t.quarter_on ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS cohort_cents
    FROM told AS t
),

line AS (
    SELECT
        '(all)' AS cohort,
        b.currency,
        b.quarter_on,
        b.next_quarter_on,
        b.new_cents,
        b.win_back_cents,
        b.expansion_cents,
        b.contraction_cents,
        b.churn_cents,
        b.has_churned,
        b.has_come_back,
        b.start_cents,
        b.end_cents,
        COALESCE(b.year_ago_cents, 0) AS base_cents
    FROM based AS b
    UNION ALL
    SELECT
        b.cohort,
        b.currency,
        b.quarter_on,
        b.next_quarter_on,
        b.new_cents,
        b.win_back_cents,
        b.expansion_cents,
        b.contraction_cents,
        b.churn_cents,
        b.has_churned,
        b.has_come_back,
        b.start_cents,
        b.end_cents,
        CASE WHEN b.quarter_on > b.cohort_on THEN b.cohort_cents ELSE 0 END AS base_cents
    FROM based AS b
),

summed AS (
    SELECT
        l.cohort,
        l.currency,
        l.quarter_on,
        l.next_quarter_on,
        CAST(SUM(l.start_cents) AS BIGINT) AS start_cents,
        CAST(SUM(l.new_cents) AS BIGINT) AS new_cents,
        CAST(SUM(l.win_back_cents) AS BIGINT) AS win_back_cents,
        CAST(SUM(l.expansion_cents) AS BIGINT) AS expansion_cents,
        CAST(SUM(l.contraction_cents) AS BIGINT) AS contraction_cents,
        CAST(SUM(l.churn_cents) AS BIGINT) AS churn_cents,
        CAST(SUM(l.end_cents) AS BIGINT) AS end_cents,
        CAST(SUM(CASE WHEN l.start_cents > 0 THEN 1 ELSE 0 END) AS BIGINT) AS customers_at_start,
        CAST(SUM(CASE WHEN l.new_cents > 0 THEN 1 ELSE 0 END) AS BIGINT) AS customers_new,
        CAST(SUM(l.has_come_back) AS BIGINT) AS customers_won_back,
        CAST(SUM(l.has_churned) AS BIGINT) AS customers_churned,
        CAST(SUM(CASE WHEN l.end_cents > 0 THEN 1 ELSE 0 END) AS BIGINT) AS customers_at_end,
        CAST(SUM(l.base_cents) AS BIGINT) AS base_cents,
        CAST(SUM(CASE WHEN l.base_cents > 0 THEN LEAST(l.base_cents, l.end_cents) ELSE 0 END) AS BIGINT) AS kept_cents,
        CAST(SUM(CASE WHEN l.base_cents > 0 THEN l.end_cents ELSE 0 END) AS BIGINT) AS now_cents
    FROM line AS l
    GROUP BY l.cohort, l.currency, l.quarter_on, l.next_quarter_on
)

SELECT
    s.quarter_on AS period_on,
    s.cohort,
    s.currency,
    s.start_cents,
    s.new_cents,
    s.win_back_cents,
    s.expansion_cents,
    s.contraction_cents,
    s.churn_cents,
    s.end_cents,
    s.customers_at_start,
    s.customers_new,
    s.customers_won_back,
    s.customers_churned,
    s.customers_at_end,
    s.base_cents,
    s.kept_cents,
    s.now_cents,
    CAST(s.kept_cents AS DOUBLE) / NULLIF(s.base_cents, 0) AS grr,
    CAST(s.now_cents AS DOUBLE) / NULLIF(s.base_cents, 0) AS nrr,
    s.next_quarter_on <= k.as_of_at AS is_over
FROM summed AS s
CROSS JOIN clock AS k

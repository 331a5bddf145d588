-- Each day on which a customer's annual recurring revenue moved, what it was before and after, and what kind of move that was. What starts
-- and ends on one day is one move; start and change make the end, and the end is the next move's start.
WITH turn AS (
    SELECT c.account_id, c.currency, c.starts_on AS moved_on, c.arr_cents AS change_cents
    FROM contract AS c
    UNION ALL
    SELECT c.account_id, c.currency, c.ends_on AS moved_on, -c.arr_cents AS change_cents
    FROM contract AS c
    WHERE c.ends_on IS NOT NULL
),

daily AS (
    SELECT t.account_id, t.currency, t.moved_on, CAST(SUM(t.change_cents) AS BIGINT) AS change_cents
    FROM turn AS t
    GROUP BY t.account_id, t.currency, t.moved_on
),

moved AS (
    SELECT
        d.account_id,
        d.currency,
        d.moved_on,
        d.change_cents,
        CAST(SUM(d.change_cents) OVER (
            PARTITION BY d.account_id, d.currency ORDER BY d.moved_on ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS end_cents,
        MIN(d.moved_on) OVER (PARTITION BY d.account_id, d.currency) AS customer_since_on
    FROM daily AS d
    WHERE d.change_cents <> 0
)

SELECT
    m.account_id,
    m.currency,
    m.moved_on,
    CASE
        WHEN m.moved_on = m.customer_since_on THEN 'new'
        WHEN m.end_cents = 0 THEN 'churn'
        WHEN m.end_cents = m.change_cents THEN 'win_back'
        WHEN m.change_cents > 0 THEN 'expansion'
        ELSE 'contraction'
    END AS kind,
    m.end_cents - m.change_cents AS start_cents,
    m.change_cents,
    m.end_cents,
    m.customer_since_on
FROM moved AS m

-- Stretches in which at least one opportunity of an account, solution and business unit is open; several that overlap make one stretch.
WITH spanned AS (
    SELECT
        o.account_id,
        o.solution_id,
        o.part,
        o.opportunity_id,
        o.created_at,
        COALESCE(o.closed_at, 9000000000000000) AS ends_at,
        o.is_won
    FROM account_opportunity AS o
    WHERE o.account_id IS NOT NULL
),

reached AS (
    SELECT
        s.account_id,
        s.solution_id,
        s.part,
        s.opportunity_id,
        s.created_at,
        s.ends_at,
        s.is_won,
        MAX(s.ends_at) OVER (
            PARTITION BY s.account_id, s.solution_id, s.part ORDER BY s.created_at, s.opportunity_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS open_until
    FROM spanned AS s
),

numbered AS (
    SELECT
        r.account_id,
        r.solution_id,
        r.part,
        r.created_at,
        r.ends_at,
        r.is_won,
        CAST(SUM(CASE WHEN r.open_until >= r.created_at THEN 0 ELSE 1 END) OVER (
            PARTITION BY r.account_id, r.solution_id, r.part ORDER BY r.created_at, r.opportunity_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS stretch
    FROM reached AS r
)

SELECT
    n.account_id,
    n.solution_id,
    n.part,
    n.stretch,
    MIN(n.created_at) AS starts_at,
    MAX(n.ends_at) AS ends_at,
    MAX(CASE WHEN n.is_won THEN 1 ELSE 0 END) = 1 AS is_won
FROM numbered AS n
GROUP BY n.account_id, n.solution_id, n.part, n.stretch

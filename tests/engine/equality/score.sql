-- A score that fades by half in eight weeks, kept only where something happened; and when it will have faded to 5 points.
-- The last digits of a DOUBLE differ between engines: a millionth added before FLOOR or a comparison keeps them off the edge.
WITH scaled AS (
    SELECT
        w.account_id,
        w.solution_id,
        w.week,
        SUM((w.fast_points + SQRT(w.slow_points) * 1e1) * POWER(2e0, (w.week - 2800) / 8e0)) OVER (
            PARTITION BY w.account_id, w.solution_id ORDER BY w.week ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS sum_at_start,
        LEAD(w.week) OVER (PARTITION BY w.account_id, w.solution_id ORDER BY w.week) AS next_week
    FROM weekly AS w
),

faded AS (
    SELECT
        s.account_id,
        s.solution_id,
        s.week,
        s.next_week,
        s.sum_at_start * EXP(-LN(2e0) * (s.week - 2800) / 8e0) AS points
    FROM scaled AS s
)

SELECT
    f.account_id,
    f.solution_id,
    f.week,
    f.next_week,
    f.points,
    1e2 * (1e0 - EXP(-f.points / 4e2)) AS score,
    CAST(FLOOR(f.points + 5e-1 + 1e-6) AS BIGINT) AS whole_points,
    CASE
        WHEN f.points + 1e-6 >= 2e1 THEN f.week + 1 + CAST(FLOOR(LN(f.points / 2e1) / LN(2e0) * 8e0 + 1e-6) AS BIGINT)
    END AS faded_week,
    CAST(FLOOR(-f.points / 7e0 + 1e-6) AS BIGINT) AS below_zero
FROM faded AS f

-- From when to when a pair stood above its threshold: enters at 150 points, leaves below 75, with the moment of fading computed.
WITH signal AS (
    SELECT
        s.account_id,
        s.solution_id,
        s.week,
        CASE WHEN s.whole_points >= 150 THEN 1 WHEN s.whole_points < 75 THEN 0 END AS sign
    FROM score AS s
    UNION ALL
    SELECT
        x.account_id,
        x.solution_id,
        x.leave_week AS week,
        0 AS sign
    FROM (
        SELECT
            s.account_id,
            s.solution_id,
            s.next_week,
            s.week + 1 + CAST(FLOOR(LN(s.points / 7.5e1) / LN(2e0) * 8e0 + 1e-6) AS BIGINT) AS leave_week
        FROM score AS s
        WHERE s.whole_points >= 75
    ) AS x
    WHERE x.leave_week < COALESCE(x.next_week, 2865)
),

change AS (
    SELECT
        account_id,
        solution_id,
        week,
        sign,
        LAG(sign, 1, 0) OVER (PARTITION BY account_id, solution_id ORDER BY week, sign) AS before
    FROM signal
    WHERE sign IS NOT NULL
),

turn AS (
    SELECT
        account_id,
        solution_id,
        sign,
        week AS entered_week,
        LEAD(week) OVER (PARTITION BY account_id, solution_id ORDER BY week, sign) AS left_week
    FROM change
    WHERE sign <> before
)

SELECT
    MD5(t.account_id || '|' || t.solution_id || '|' || CAST(t.entered_week AS VARCHAR)) AS interval_id,
    t.account_id,
    t.solution_id,
    t.entered_week,
    t.left_week,
    t.left_week IS NULL AS is_open,
    ROW_NUMBER() OVER (PARTITION BY t.account_id, t.solution_id ORDER BY t.entered_week DESC) AS number_from_last
FROM turn AS t
WHERE t.sign = 1

-- By points: qualified when the score reaches the enter threshold, for at least the dwell time from then; after that until the
-- score is below the leave threshold, or sales rejects the group.
WITH changed AS (
    SELECT
        c.buying_group_id,
        c.at,
        c.qualifies,
        LAG(c.qualifies) OVER (PARTITION BY c.buying_group_id ORDER BY c.at) AS qualified_before
    FROM crossing AS c
    WHERE c.qualifies IS NOT NULL
),

started AS (
    SELECT
        c.buying_group_id,
        c.at,
        c.at + p.dwell_us AS dwelt_at
    FROM changed AS c
    JOIN rule_policy AS p ON p.from_at <= c.at AND c.at < p.to_at
    WHERE c.qualifies = 1
    AND COALESCE(c.qualified_before, 0) = 0
),

-- When sales rejected the group, when its score fell after the dwell time, and where the score stood as that ended.
followed AS (
    SELECT
        s.buying_group_id,
        s.at,
        s.dwelt_at,
        MIN(CASE WHEN c.cause = 'rejected' AND c.at > s.at THEN c.at END) AS rejected_at,
        MIN(CASE WHEN c.qualifies = 0 AND c.at > s.dwelt_at THEN c.at END) AS fell_at,
        MAX(CASE WHEN c.at <= s.dwelt_at THEN c.at END) AS stood_at
    FROM started AS s
    JOIN crossing AS c ON c.buying_group_id = s.buying_group_id AND c.at >= s.at
    GROUP BY s.buying_group_id, s.at, s.dwelt_at
),

dwelt AS (
    SELECT
        f.buying_group_id,
        f.at AS from_at,
        LEAST(
            CASE WHEN c.qualifies = 0 THEN f.dwelt_at ELSE COALESCE(f.fell_at, 9000000000000000) END,
            COALESCE(f.rejected_at, 9000000000000000)
        ) AS to_at,
        CASE
            WHEN f.rejected_at <= CASE WHEN c.qualifies = 0 THEN f.dwelt_at ELSE COALESCE(f.fell_at, 9000000000000000) END
                THEN 'rejected'
            ELSE 'faded'
        END AS end_cause
    FROM followed AS f
    JOIN crossing AS c ON c.buying_group_id = f.buying_group_id AND c.at = f.stood_at
)

SELECT
    d.buying_group_id,
    d.from_at,
    d.to_at,
    d.end_cause,
    'score reached ' || CAST(INT_DIV(p.enter_points, 100) AS VARCHAR) || ' of 100' AS reason,
    'score fell below ' || CAST(INT_DIV(e.leave_points, 100) AS VARCHAR) || ' of 100' AS end_reason
FROM dwelt AS d
JOIN rule_policy AS p ON p.from_at <= d.from_at AND d.from_at < p.to_at
LEFT JOIN rule_policy AS e ON e.from_at <= d.to_at AND d.to_at < e.to_at

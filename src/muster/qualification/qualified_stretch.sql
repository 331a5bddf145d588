-- Stretches of being qualified. One begins when the score reaches the enter threshold and lasts at least the dwell time from then;
-- after that it ends once the score is below the leave threshold, or at once if sales rejects the group or its cycle ends.
-- Stretches that touch are one.
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
),

reached AS (
    SELECT
        d.buying_group_id,
        d.from_at,
        d.to_at,
        d.end_cause,
        MAX(d.to_at) OVER (
            PARTITION BY d.buying_group_id ORDER BY d.from_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS qualified_until
    FROM dwelt AS d
),

numbered AS (
    SELECT
        r.buying_group_id,
        r.from_at,
        r.to_at,
        r.end_cause,
        CAST(SUM(CASE WHEN r.qualified_until >= r.from_at THEN 0 ELSE 1 END) OVER (
            PARTITION BY r.buying_group_id ORDER BY r.from_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS stretch
    FROM reached AS r
),

merged AS (
    SELECT
        n.buying_group_id,
        n.stretch,
        MIN(n.from_at) AS from_at,
        MAX(n.to_at) AS to_at,
        MAX(CASE WHEN n.ends_last = 1 THEN n.end_cause END) AS end_cause
    FROM (
        SELECT
            u.buying_group_id,
            u.stretch,
            u.from_at,
            u.to_at,
            u.end_cause,
            ROW_NUMBER() OVER (
                PARTITION BY u.buying_group_id, u.stretch ORDER BY u.to_at DESC, u.end_cause DESC
            ) AS ends_last
        FROM numbered AS u
    ) AS n
    GROUP BY n.buying_group_id, n.stretch
)

SELECT
    m.buying_group_id,
    m.from_at,
    CASE WHEN LEAST(m.to_at, COALESCE(g.closed_at, 9000000000000000)) <= c.as_of_at
        THEN LEAST(m.to_at, COALESCE(g.closed_at, 9000000000000000)) END AS to_at,
    CASE
        WHEN g.closed_at IS NOT NULL AND g.closed_at <= m.to_at THEN 'closed'
        WHEN m.to_at > c.as_of_at THEN NULL
        ELSE m.end_cause
    END AS end_cause
FROM merged AS m
CROSS JOIN clock AS c
JOIN group_cycle AS g ON g.buying_group_id = m.buying_group_id

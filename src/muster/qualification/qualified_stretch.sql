-- Stretches of being qualified. The last decisive instant wins; a stretch lasts at least the dwell time after it began, unless
-- sales rejects the group or its cycle ends; stretches that then touch are one.
WITH changed AS (
    SELECT
        c.buying_group_id,
        c.at,
        c.qualifies,
        c.cause,
        LAG(c.qualifies) OVER (PARTITION BY c.buying_group_id ORDER BY c.at) AS qualified_before
    FROM crossing AS c
),

turned AS (
    SELECT
        c.buying_group_id,
        c.at,
        c.qualifies,
        LEAD(c.at) OVER (PARTITION BY c.buying_group_id ORDER BY c.at) AS ends_at,
        LEAD(c.cause) OVER (PARTITION BY c.buying_group_id ORDER BY c.at) AS end_cause
    FROM changed AS c
    WHERE c.qualifies <> COALESCE(c.qualified_before, 0)
),

dwelt AS (
    SELECT
        t.buying_group_id,
        t.at AS from_at,
        CASE
            WHEN t.end_cause = 'rejected' THEN t.ends_at
            ELSE LEAST(
                GREATEST(COALESCE(t.ends_at, 9000000000000000), t.at + p.dwell_us),
                COALESCE(MIN(r.at), 9000000000000000)
            )
        END AS to_at,
        CASE WHEN t.end_cause = 'rejected' OR MIN(r.at) < GREATEST(COALESCE(t.ends_at, 9000000000000000), t.at + p.dwell_us)
            THEN 'rejected' ELSE 'faded' END AS end_cause
    FROM turned AS t
    JOIN rule_policy AS p ON p.from_at <= t.at AND t.at < p.to_at
    LEFT JOIN rejection AS r ON r.buying_group_id = t.buying_group_id AND r.at > t.at
    WHERE t.qualifies = 1
    GROUP BY t.buying_group_id, t.at, t.ends_at, t.end_cause, p.dwell_us
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
        MAX(n.end_cause) AS end_cause
    FROM numbered AS n
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

-- What is left on each Monday of a group's acts that frame control is measured by, part by part: every act fades by half in
-- frame_half_life_days. Each week's acts are summed in whole millionths as worth on their Monday; weeks as if they were the opening's,
-- so that a later Monday needs one multiplication. `evidence` is the latest act.
WITH known AS (
    SELECT
        a.buying_group_id,
        a.at + MOD(604800000000 - MOD(a.at - 345600000000, 604800000000), 604800000000) AS week_at, -- the first Monday that knows it
        a.at,
        a.occurred_at,
        a.part,
        a.source_id,
        a.counts
    FROM frame_act AS a
),

act AS (
    SELECT
        a.buying_group_id,
        a.week_at,
        a.at,
        a.part,
        a.source_id,
        CAST(FLOOR(1e6 * a.counts * POWER(2e0, (a.occurred_at - a.week_at) * p.frame_fade) + 5e-1) AS BIGINT) AS millionths
    FROM known AS a
    JOIN group_cycle AS g ON g.buying_group_id = a.buying_group_id
    JOIN rule_policy AS p ON p.from_at <= g.opened_at AND g.opened_at < p.to_at
),

by_week AS (
    SELECT
        a.buying_group_id,
        a.week_at,
        CAST(SUM(CASE WHEN a.part = 'depth' THEN a.millionths ELSE 0 END) AS BIGINT) AS depth,
        CAST(SUM(CASE WHEN a.part = 'sharing' THEN a.millionths ELSE 0 END) AS BIGINT) AS sharing,
        CAST(SUM(CASE WHEN a.part = 'upward' THEN a.millionths ELSE 0 END) AS BIGINT) AS upward,
        CAST(SUM(CASE WHEN a.part = 'attendance' THEN a.millionths ELSE 0 END) AS BIGINT) AS attendance,
        CAST(SUM(CASE WHEN a.part = 'competing' THEN a.millionths ELSE 0 END) AS BIGINT) AS competing,
        COUNT(*) AS acts,
        MAX(a.at) AS latest_at
    FROM act AS a
    GROUP BY a.buying_group_id, a.week_at
),

latest AS (
    SELECT b.buying_group_id, b.week_at, MIN(a.source_id) AS source_id
    FROM by_week AS b
    JOIN act AS a ON a.buying_group_id = b.buying_group_id AND a.week_at = b.week_at AND a.at = b.latest_at
    GROUP BY b.buying_group_id, b.week_at
),

summed AS (
    SELECT
        g.buying_group_id,
        w.week_at,
        SUM(COALESCE(b.depth, 0) * POWER(2e0, (w.week_at - g.opened_at) * p.frame_fade)) OVER (
            PARTITION BY g.buying_group_id ORDER BY w.week_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS depth,
        SUM(COALESCE(b.sharing, 0) * POWER(2e0, (w.week_at - g.opened_at) * p.frame_fade)) OVER (
            PARTITION BY g.buying_group_id ORDER BY w.week_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS sharing,
        SUM(COALESCE(b.upward, 0) * POWER(2e0, (w.week_at - g.opened_at) * p.frame_fade)) OVER (
            PARTITION BY g.buying_group_id ORDER BY w.week_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS upward,
        SUM(COALESCE(b.attendance, 0) * POWER(2e0, (w.week_at - g.opened_at) * p.frame_fade)) OVER (
            PARTITION BY g.buying_group_id ORDER BY w.week_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS attendance,
        SUM(COALESCE(b.competing, 0) * POWER(2e0, (w.week_at - g.opened_at) * p.frame_fade)) OVER (
            PARTITION BY g.buying_group_id ORDER BY w.week_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS competing,
        CAST(SUM(COALESCE(b.acts, 0)) OVER (
            PARTITION BY g.buying_group_id ORDER BY w.week_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS acts,
        MAX(b.week_at) OVER (
            PARTITION BY g.buying_group_id ORDER BY w.week_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS acted_at,
        POWER(2e0, (g.opened_at - w.week_at) * p.frame_fade) AS left_over
    FROM group_cycle AS g
    JOIN rule_policy AS p ON p.from_at <= g.opened_at AND g.opened_at < p.to_at
    JOIN week AS w ON w.week_at >= g.opened_at AND w.week_at < COALESCE(g.closed_at, 9000000000000000)
    LEFT JOIN by_week AS b ON b.buying_group_id = g.buying_group_id AND b.week_at = w.week_at
)

-- In whole millionths again: an engine may add up a window in another order when there is more of it. 0.4999: a half, which a half-life
-- makes of every odd number, is none of the places where a last digit decides.
SELECT
    s.buying_group_id,
    s.week_at,
    CAST(FLOOR(s.depth * s.left_over + 4.999e-1) AS BIGINT) / 1e6 AS depth,
    CAST(FLOOR(s.sharing * s.left_over + 4.999e-1) AS BIGINT) / 1e6 AS sharing,
    CAST(FLOOR(s.upward * s.left_over + 4.999e-1) AS BIGINT) / 1e6 AS upward,
    CAST(FLOOR(s.attendance * s.left_over + 4.999e-1) AS BIGINT) / 1e6 AS attendance,
    CAST(FLOOR(s.competing * s.left_over + 4.999e-1) AS BIGINT) / 1e6 AS competing,
    COALESCE(h.response, 0e0) AS response,
    s.acts AS evidence_count,
    l.source_id AS evidence
FROM summed AS s
LEFT JOIN mail_habit AS h ON h.buying_group_id = s.buying_group_id AND h.week_at = s.week_at
LEFT JOIN latest AS l ON l.buying_group_id = s.buying_group_id AND l.week_at = s.acted_at

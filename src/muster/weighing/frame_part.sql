-- Where each open group stands on a Monday in each part of frame control, among the open groups of its solution and size: the
-- share of them that lie below, and half of those level with it. Where these are too few, those of its solution; else nothing is said.
WITH size AS (
    SELECT
        f.account_id,
        f.known_at,
        CASE WHEN f.number < 1e2 THEN 'small' WHEN f.number < 1e3 THEN 'medium' ELSE 'large' END AS band
    FROM account_fact AS f
    WHERE f.attribute = 'employee_count'
),

placed AS (
    SELECT
        s.buying_group_id,
        s.week_at,
        g.solution_id,
        COALESCE(z.band, 'unknown') AS band,
        s.depth,
        s.sharing,
        s.upward,
        s.response,
        s.attendance
    FROM frame_sum AS s
    JOIN group_cycle AS g ON g.buying_group_id = s.buying_group_id
    LEFT JOIN size AS z ON z.account_id = g.account_id AND z.known_at <= s.week_at
),

part AS (
    SELECT p.buying_group_id, p.week_at, p.solution_id, p.band, 'depth' AS part, p.depth AS value FROM placed AS p
    UNION ALL
    SELECT p.buying_group_id, p.week_at, p.solution_id, p.band, 'sharing' AS part, p.sharing AS value FROM placed AS p
    UNION ALL
    SELECT p.buying_group_id, p.week_at, p.solution_id, p.band, 'upward' AS part, p.upward AS value FROM placed AS p
    UNION ALL
    SELECT p.buying_group_id, p.week_at, p.solution_id, p.band, 'response' AS part, p.response AS value FROM placed AS p
    UNION ALL
    SELECT p.buying_group_id, p.week_at, p.solution_id, p.band, 'attendance' AS part, p.attendance AS value FROM placed AS p
),

-- To the millionth: what is level must be so on every engine.
whole AS (
    SELECT
        p.buying_group_id,
        p.week_at,
        p.solution_id,
        p.band,
        p.part,
        CAST(FLOOR(p.value * 1e6 + 5e-1) AS BIGINT) AS value
    FROM part AS p
),

ranked AS (
    SELECT
        w.buying_group_id,
        w.week_at,
        w.part,
        w.value,
        RANK() OVER (PARTITION BY w.week_at, w.part, w.solution_id, w.band ORDER BY w.value) - 1 AS near_below,
        COUNT(*) OVER (PARTITION BY w.week_at, w.part, w.solution_id, w.band, w.value) AS near_level,
        COUNT(*) OVER (PARTITION BY w.week_at, w.part, w.solution_id, w.band) AS near_all,
        RANK() OVER (PARTITION BY w.week_at, w.part, w.solution_id ORDER BY w.value) - 1 AS wide_below,
        COUNT(*) OVER (PARTITION BY w.week_at, w.part, w.solution_id, w.value) AS wide_level,
        COUNT(*) OVER (PARTITION BY w.week_at, w.part, w.solution_id) AS wide_all
    FROM whole AS w
)

SELECT
    r.buying_group_id,
    r.week_at,
    r.part,
    r.value / 1e6 AS value,
    CASE
        WHEN r.near_all >= p.frame_peers THEN (2e0 * r.near_below + r.near_level) / NULLIF(2e0 * r.near_all, 0e0)
        WHEN r.wide_all >= p.frame_peers THEN (2e0 * r.wide_below + r.wide_level) / NULLIF(2e0 * r.wide_all, 0e0)
    END AS percentile,
    CASE WHEN r.near_all >= p.frame_peers THEN r.near_all ELSE r.wide_all END AS peers,
    CASE
        WHEN r.near_all >= p.frame_peers THEN 'solution and size'
        WHEN r.wide_all >= p.frame_peers THEN 'solution'
        ELSE 'too few'
    END AS compared_with
FROM ranked AS r
JOIN rule_policy AS p ON p.from_at <= r.week_at AND r.week_at < p.to_at

-- For each instant at which a group is scored, the running sums of the evidence known by then.
WITH line AS (
    SELECT s.buying_group_id, s.at, 0 AS is_moment, s.number
    FROM signal_sum AS s
    UNION ALL
    SELECT m.buying_group_id, m.at, 1 AS is_moment, 0 AS number
    FROM score_moment AS m
),

carried AS (
    SELECT
        l.buying_group_id,
        l.at,
        l.is_moment,
        MAX(l.number) OVER (
            PARTITION BY l.buying_group_id ORDER BY l.at, l.is_moment ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS number
    FROM line AS l
),

placed AS (
    SELECT
        c.buying_group_id,
        c.at AS scored_at,
        c.number,
        s.fit_points,
        s.completeness_points,
        s.frame_points AS frame_step,
        s.signal_max_points,
        s.signal_curve,
        s.intent_fast * POWER(2e0, (s.opened_at - c.at) * s.fast_fade)
            + s.intent_slow * POWER(2e0, (s.opened_at - c.at) * s.slow_fade) AS intent_raw,
        s.engagement_fast * POWER(2e0, (s.opened_at - c.at) * s.fast_fade)
            + s.engagement_slow * POWER(2e0, (s.opened_at - c.at) * s.slow_fade) AS engagement_raw,
        s.frame_fast * POWER(2e0, (s.opened_at - c.at) * s.fast_fade)
            + s.frame_slow * POWER(2e0, (s.opened_at - c.at) * s.slow_fade) AS frame_raw
    FROM carried AS c
    JOIN signal_sum AS s ON s.buying_group_id = c.buying_group_id AND s.number = c.number
    WHERE c.is_moment = 1
),

total AS (
    SELECT
        p.buying_group_id,
        p.scored_at,
        p.number,
        p.fit_points,
        p.completeness_points,
        p.frame_step,
        p.intent_raw,
        p.engagement_raw,
        p.frame_raw,
        p.intent_raw + p.engagement_raw + p.frame_raw AS raw,
        CAST(FLOOR(p.signal_max_points * (1e0 - POWER(
            2e0, -(p.intent_raw + p.engagement_raw + p.frame_raw) * p.signal_curve
        )) + 5e-1) AS BIGINT) AS signal_points
    FROM placed AS p
),

-- The hundredths that rounding leaves go to engagement, else to frame control, else to intent: never to a part without evidence.
-- 1e-6: a part that is the whole comes out a hair below it on some engines.
researched AS (
    SELECT
        t.buying_group_id,
        t.scored_at,
        t.number,
        t.fit_points,
        t.completeness_points,
        t.frame_step,
        t.signal_points,
        t.engagement_raw,
        t.frame_raw,
        t.raw,
        CASE
            WHEN t.engagement_raw <= 0e0 AND t.frame_raw <= 0e0 THEN t.signal_points
            ELSE CAST(FLOOR(t.signal_points * t.intent_raw / NULLIF(t.raw, 0e0) + 1e-6) AS BIGINT)
        END AS intent_points
    FROM total AS t
),

parted AS (
    SELECT
        r.buying_group_id,
        r.scored_at,
        r.number,
        r.fit_points,
        r.completeness_points,
        r.frame_step,
        r.signal_points,
        r.intent_points,
        CASE
            WHEN r.engagement_raw <= 0e0 THEN r.signal_points - r.intent_points
            ELSE CAST(FLOOR(r.signal_points * r.frame_raw / NULLIF(r.raw, 0e0) + 1e-6) AS BIGINT)
        END AS frame_points
    FROM researched AS r
)

SELECT
    p.buying_group_id,
    p.scored_at,
    p.number,
    p.fit_points + p.completeness_points + p.frame_step + p.signal_points AS score,
    p.fit_points AS fit,
    p.intent_points AS intent,
    p.signal_points - p.intent_points - p.frame_points AS engagement,
    p.frame_points + p.frame_step AS frame_control,
    p.frame_step,
    p.completeness_points AS completeness
FROM parted AS p

-- The score right after each piece of evidence, and the first second at which fading alone takes it below the leave threshold.
-- With fast points F, slow points S and the raw sum R* at which the score meets the threshold, x = 2^(-age/2h) solves
-- F x^2 + S x = R*, so age = -2h log2(x): no stepping through days.
WITH faded AS (
    SELECT
        s.buying_group_id,
        s.number,
        s.at,
        s.next_at,
        s.fit_points + s.completeness_points + s.frame_points AS steady_points,
        s.people,
        s.hand_raises,
        (s.intent_fast + s.engagement_fast + s.frame_fast)
            * POWER(2e0, (s.opened_at - s.at) * s.fast_fade) AS fast,
        (s.intent_slow + s.engagement_slow + s.frame_slow)
            * POWER(2e0, (s.opened_at - s.at) * s.slow_fade) AS slow,
        s.half_life_us,
        s.fast_fade,
        s.slow_fade,
        s.signal_max_points,
        s.signal_half_points,
        s.signal_curve,
        s.enter_points,
        s.leave_points,
        s.dwell_us,
        s.cool_down_us,
        s.minimum_people,
        s.closed_at
    FROM signal_sum AS s
),

scored AS (
    SELECT
        f.buying_group_id,
        f.number,
        f.at,
        f.next_at,
        f.steady_points,
        f.people,
        f.hand_raises,
        f.fast,
        f.slow,
        f.fast_fade,
        f.slow_fade,
        f.signal_max_points,
        f.signal_curve,
        f.steady_points + CAST(FLOOR(
            f.signal_max_points * (1e0 - POWER(2e0, -(f.fast + f.slow) * f.signal_curve)) + 5e-1
        ) AS BIGINT) AS score,
        CASE
            WHEN f.leave_points > f.steady_points AND f.leave_points - f.steady_points < f.signal_max_points
                THEN -f.signal_half_points * LN(1e0 - (f.leave_points - f.steady_points) / CAST(f.signal_max_points AS DOUBLE)) / LN(2e0)
        END AS raw_at_leave,
        f.half_life_us,
        f.enter_points,
        f.leave_points,
        f.dwell_us,
        f.cool_down_us,
        f.minimum_people,
        f.closed_at
    FROM faded AS f
)

SELECT
    s.buying_group_id,
    s.number,
    s.at,
    s.next_at,
    s.score,
    s.steady_points,
    s.fast,
    s.slow,
    s.fast_fade,
    s.slow_fade,
    s.signal_max_points,
    s.signal_curve,
    s.people,
    s.hand_raises,
    s.enter_points,
    s.leave_points,
    s.dwell_us,
    s.cool_down_us,
    s.minimum_people,
    s.closed_at,
    CASE
        WHEN s.score < s.leave_points OR s.raw_at_leave IS NULL THEN NULL
        ELSE (CAST(FLOOR((s.at - 2e0 * s.half_life_us * LN(
            2e0 * s.raw_at_leave / NULLIF(s.slow + SQRT(s.slow * s.slow + 4e0 * s.fast * s.raw_at_leave), 0e0)
        ) / LN(2e0)) / 1e6) AS BIGINT) + 1) * 1000000
    END AS falls_below_at
FROM scored AS s

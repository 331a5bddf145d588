-- Where each open group stands every Monday: its score, its known people, and who has raised a hand.
SELECT
    s.buying_group_id,
    w.week_at,
    s.steady_points + CAST(FLOOR(s.signal_max_points * (1e0 - POWER(2e0, -(
        s.fast * POWER(2e0, (s.at - w.week_at) * s.fast_fade) + s.slow * POWER(2e0, (s.at - w.week_at) * s.slow_fade)
    ) * s.signal_curve)) + 5e-1) AS BIGINT) AS score,
    s.people,
    s.hand_raises
FROM score_state AS s
CROSS JOIN clock AS c
JOIN week AS w
    ON w.week_at >= s.at
    AND w.week_at < COALESCE(s.next_at, s.closed_at, c.as_of_at + 1)
WHERE s.closed_at IS NULL
OR w.week_at < s.closed_at

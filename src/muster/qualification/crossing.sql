-- The instants that decide: the score is at the enter threshold (1), below the leave threshold (0) or between them (null: things
-- stay as they are), sales rejected the group, or its cool-down ended. Within a cool-down nothing else counts.
WITH decided AS (
    SELECT
        s.buying_group_id,
        s.at,
        CASE
            WHEN s.score >= s.enter_points AND (s.people >= s.minimum_people OR s.hand_raises > 0) THEN 1
            WHEN s.score < s.leave_points THEN 0
        END AS qualifies,
        'evidence' AS cause
    FROM score_state AS s
    UNION ALL
    SELECT
        s.buying_group_id,
        s.falls_below_at AS at,
        0 AS qualifies,
        'faded' AS cause
    FROM score_state AS s
    CROSS JOIN clock AS c
    WHERE s.falls_below_at IS NOT NULL
    AND s.falls_below_at < COALESCE(s.next_at, s.closed_at, c.as_of_at + 1)
),

outside AS (
    SELECT
        d.buying_group_id,
        d.at,
        MAX(d.qualifies) AS qualifies,
        MIN(d.cause) AS cause
    FROM decided AS d
    LEFT JOIN cool_down AS r
        ON r.buying_group_id = d.buying_group_id AND r.from_at <= d.at AND d.at < r.to_at
    WHERE r.buying_group_id IS NULL
    GROUP BY d.buying_group_id, d.at
),

after_cool_down AS (
    SELECT
        r.buying_group_id,
        r.to_at AS at,
        MAX(CASE
            WHEN s.steady_points + CAST(FLOOR(s.signal_max_points * (1e0 - POWER(2e0, -(
                s.fast * POWER(2e0, (s.at - r.to_at) * s.fast_fade) + s.slow * POWER(2e0, (s.at - r.to_at) * s.slow_fade)
            ) * s.signal_curve)) + 5e-1) AS BIGINT) >= s.enter_points
                AND (s.people >= s.minimum_people OR s.hand_raises > 0) THEN 1
            ELSE 0
        END) AS qualifies
    FROM cool_down AS r
    JOIN score_state AS s
        ON s.buying_group_id = r.buying_group_id AND s.at <= r.to_at AND (s.next_at IS NULL OR r.to_at < s.next_at)
    CROSS JOIN clock AS c
    WHERE r.to_at <= c.as_of_at
    AND (s.closed_at IS NULL OR r.to_at < s.closed_at)
    GROUP BY r.buying_group_id, r.to_at
)

SELECT o.buying_group_id, o.at, o.qualifies, o.cause
FROM outside AS o
LEFT JOIN after_cool_down AS a ON a.buying_group_id = o.buying_group_id AND a.at = o.at
WHERE a.buying_group_id IS NULL
UNION ALL
SELECT r.buying_group_id, r.from_at AS at, 0 AS qualifies, 'rejected' AS cause
FROM cool_down AS r
UNION ALL
SELECT a.buying_group_id, a.at, a.qualifies, 'cooled_down' AS cause
FROM after_cool_down AS a

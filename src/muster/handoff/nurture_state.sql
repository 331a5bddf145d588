-- Where each group stands that nobody works now and whose cycle lasts: its score as of the date, what a policy would still ask of
-- it, and what holds it back.
WITH resting AS (
    SELECT q.buying_group_id, MAX(q.left_at) AS left_at
    FROM queue AS q
    WHERE q.came_in
    GROUP BY q.buying_group_id
),

missing AS (
    SELECT
        r.buying_group_id,
        CAST(SUM(r.missing) AS BIGINT) AS roles,
        MIN(CASE WHEN r.missing > 0 THEN r.role END) AS role
    FROM role_gap AS r
    GROUP BY r.buying_group_id
)

SELECT
    g.buying_group_id,
    g.account_id,
    g.solution_id,
    k.policy,
    s.at AS evidence_at,
    s.steady_points + CAST(FLOOR(s.signal_max_points * (1e0 - POWER(2e0, -(
        s.fast * POWER(2e0, (s.at - c.as_of_at) * s.fast_fade) + s.slow * POWER(2e0, (s.at - c.as_of_at) * s.slow_fade)
    ) * s.signal_curve)) + 5e-1) AS BIGINT) AS score,
    p.enter_points,
    p.half_life_us,
    CASE WHEN s.hand_raises = 0 THEN GREATEST(p.minimum_people - s.people, 0) ELSE 0 END AS people_missing,
    COALESCE(m.roles, 0) AS roles_missing,
    m.role AS next_role,
    l.to_at AS cools_until,
    CASE WHEN k.policy <> 'points' THEN t.left_at + p.rest_us END AS rests_until,
    v.to_at AS returned_until,
    x.reason AS gate_reason
FROM group_cycle AS g
CROSS JOIN clock AS c
JOIN score_state AS s ON s.buying_group_id = g.buying_group_id AND s.next_at IS NULL
JOIN rule_policy AS p ON p.from_at <= c.as_of_at AND c.as_of_at < p.to_at
LEFT JOIN chosen_policy AS k
    ON k.solution_id = g.solution_id AND k.week_at = c.as_of_at - MOD(c.as_of_at - 345600000000, 604800000000)
LEFT JOIN missing AS m ON m.buying_group_id = g.buying_group_id
LEFT JOIN cool_down AS l ON l.buying_group_id = g.buying_group_id AND l.from_at <= c.as_of_at AND c.as_of_at < l.to_at
LEFT JOIN returned_stretch AS v
    ON v.buying_group_id = g.buying_group_id AND v.from_at <= c.as_of_at AND c.as_of_at < v.to_at AND v.to_at < 9000000000000000
LEFT JOIN resting AS t ON t.buying_group_id = g.buying_group_id
LEFT JOIN gate AS x ON x.buying_group_id = g.buying_group_id AND x.to_at IS NULL
WHERE g.closed_at IS NULL

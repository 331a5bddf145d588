-- How a group's people answered mail lately beside their own habit, each Monday: the fading rate of the last weeks less that of the
-- last half year, in weighted acts a week. A person's acts count whatever group or solution they belong to.
WITH act AS (
    SELECT
        e.person_id,
        GREATEST(e.known_at, e.person_known_at) AS at,
        r.weight
    FROM resolved_engagement AS e
    JOIN rule_frame AS r
        ON r.kind = 'activity' AND r.name = e.activity AND r.part = 'response' AND r.from_at <= e.occurred_at AND e.occurred_at < r.to_at
    WHERE e.person_id IS NOT NULL
    AND e.is_act
),

-- An act of a week is there on the Monday after it.
by_week AS (
    SELECT
        a.person_id,
        a.at - MOD(a.at - 345600000000, 604800000000) + 604800000000 AS week_at,
        CAST(SUM(CAST(FLOOR(a.weight * 1e3 + 5e-1) AS BIGINT)) AS BIGINT) AS thousandths
    FROM act AS a
    GROUP BY a.person_id, a.at - MOD(a.at - 345600000000, 604800000000) + 604800000000
),

asked AS (
    SELECT
        m.buying_group_id,
        m.person_id,
        w.week_at,
        w.week_at - 31449600000000 AS since_at, -- a year: what is left of older habits is under a seventh
        p.frame_fade,
        p.habit_fade
    FROM group_person AS m
    JOIN group_cycle AS g ON g.buying_group_id = m.buying_group_id
    JOIN rule_policy AS p ON p.from_at <= g.opened_at AND g.opened_at < p.to_at
    JOIN week AS w
        ON w.week_at >= m.joined_at AND w.week_at >= g.opened_at AND w.week_at < COALESCE(g.closed_at, 9000000000000000)
)

SELECT
    a.buying_group_id,
    a.week_at,
    CAST(SUM(CAST(FLOOR(b.thousandths * 6.048e17 * LN(2e0) * (
        POWER(2e0, (b.week_at - a.week_at) * a.frame_fade) * a.frame_fade
        - POWER(2e0, (b.week_at - a.week_at) * a.habit_fade) * a.habit_fade
    ) + 5e-1) AS BIGINT)) AS BIGINT) / 1e9 AS response
FROM asked AS a
JOIN by_week AS b ON b.person_id = a.person_id AND b.week_at <= a.week_at AND b.week_at > a.since_at
GROUP BY a.buying_group_id, a.week_at

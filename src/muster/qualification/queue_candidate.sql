-- Open groups on each Monday on which a policy ranks them: whether their chance is enough or low, what holds them back all the same,
-- and what they are worth.
WITH valued AS (
    SELECT
        s.buying_group_id,
        s.week_at,
        g.account_id,
        g.solution_id,
        g.opened_at,
        k.policy,
        s.score,
        s.people,
        s.hand_raises,
        c.p_open,
        CAST(FLOOR(c.p_win * c.expected_amount_cents + 5e-1) AS BIGINT) AS worth
    FROM week_standing AS s
    JOIN group_cycle AS g ON g.buying_group_id = s.buying_group_id
    JOIN chosen_policy AS k ON k.solution_id = g.solution_id AND k.week_at = s.week_at AND k.policy <> 'points'
    LEFT JOIN chance AS c ON c.account_id = g.account_id AND c.solution_id = g.solution_id AND c.scored_at = s.week_at
),

-- A group without a chance is worth what groups are worth on average; where nothing is known of any, all are worth the same.
average AS (
    SELECT
        v.week_at,
        CAST(INT_DIV(CAST(SUM(v.worth) AS BIGINT), NULLIF(COUNT(v.worth), 0)) AS BIGINT) AS worth
    FROM valued AS v
    WHERE v.worth IS NOT NULL
    GROUP BY v.week_at
),

priced AS (
    SELECT
        v.buying_group_id,
        v.week_at,
        v.account_id,
        v.solution_id,
        v.opened_at,
        v.policy,
        v.score,
        v.people,
        v.hand_raises,
        v.p_open,
        COALESCE(v.worth, a.worth, 1000000000) AS worth
    FROM valued AS v
    LEFT JOIN average AS a ON a.week_at = v.week_at
),

-- A rejection or a gate since the Monday before ends a stay, even one that is over again. Whom sales returned to nurture comes
-- back when they said: it does not rest as well.
stopped AS (
    SELECT
        p.buying_group_id,
        p.week_at,
        MAX(CASE WHEN p.week_at < COALESCE(c.to_at, 9000000000000000) AND c.cause = 'rejected' THEN c.gate END) AS rejected,
        MAX(CASE WHEN p.week_at < COALESCE(c.to_at, 9000000000000000) AND c.cause = 'held_back' THEN c.gate END) AS gate,
        MIN(CASE WHEN c.gate = 'nurture' THEN 1 ELSE 0 END) = 1 AS is_returned
    FROM priced AS p
    JOIN stop AS c
        ON c.buying_group_id = p.buying_group_id
        AND c.from_at <= p.week_at
        AND COALESCE(c.to_at, 9000000000000000) > p.week_at - 604800000000
    GROUP BY p.buying_group_id, p.week_at
),

selling AS (
    SELECT DISTINCT p.buying_group_id, p.week_at
    FROM priced AS p
    JOIN selling_stretch AS s
        ON s.account_id = p.account_id AND s.solution_id = p.solution_id AND s.starts_at <= p.week_at AND p.week_at < s.ends_at
)

SELECT
    p.week_at,
    p.buying_group_id,
    p.policy,
    p.policy || ' ' || CASE WHEN p.policy = 'capacity' THEN COALESCE(o.pool, '*') ELSE p.solution_id END AS pool,
    CASE WHEN p.p_open IS NULL THEN p.score >= r.enter_points ELSE p.p_open * 1e6 >= r.enter_chance_ppm END AS is_enough,
    CASE
        WHEN s.buying_group_id IS NOT NULL THEN 'open_opportunity'
        WHEN c.gate IS NOT NULL THEN c.gate
        WHEN c.rejected IS NOT NULL THEN c.rejected
        WHEN p.people < r.minimum_people AND p.hand_raises = 0 THEN 'too_few_people'
    END AS held_back_by,
    CASE
        WHEN s.buying_group_id IS NOT NULL THEN FALSE
        WHEN p.p_open IS NULL THEN p.score < r.leave_points
        ELSE p.p_open * 1e6 * 1e3 < r.enter_chance_ppm * CAST(r.leave_thousandths AS DOUBLE)
    END AS is_low,
    c.buying_group_id IS NOT NULL AS is_stopped,
    p.p_open IS NOT NULL AS has_chance,
    COALESCE(CAST(FLOOR(p.p_open * p.worth + 5e-1) AS BIGINT), p.score) AS value,
    p.worth AS amount,
    p.opened_at,
    CASE WHEN p.policy = 'capacity' THEN COALESCE(o.slots, a.slots, 0) END AS slots,
    r.lot_thousandths / 1e3 AS band_part,
    r.dwell_us,
    r.leave_weeks,
    CASE WHEN c.is_returned THEN 0 ELSE r.rest_us END AS rest_us
FROM priced AS p
JOIN rule_policy AS r ON r.from_at <= p.week_at AND p.week_at < r.to_at
LEFT JOIN capacity_week AS o ON o.pool = p.solution_id AND o.week_at = p.week_at
LEFT JOIN capacity_week AS a ON a.pool = '*' AND a.week_at = p.week_at
LEFT JOIN stopped AS c ON c.buying_group_id = p.buying_group_id AND c.week_at = p.week_at
LEFT JOIN selling AS s ON s.buying_group_id = p.buying_group_id AND s.week_at = p.week_at

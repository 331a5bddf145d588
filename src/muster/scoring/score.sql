-- Scores with the chance of the Monday before, and the rate of openings observed for such scores until then. Nothing is said where data
-- are thin, nor while an opportunity is open.
WITH placed AS (
    SELECT
        m.buying_group_id,
        m.scored_at,
        m.score,
        m.fit,
        m.intent,
        m.engagement,
        m.frame_control,
        m.completeness,
        m.scored_at - MOD(m.scored_at - 345600000000, 604800000000) AS week_at,
        g.account_id,
        g.solution_id,
        g.part
    FROM moment_state AS m
    JOIN group_cycle AS g ON g.buying_group_id = m.buying_group_id
),

selling AS (
    SELECT
        p.buying_group_id,
        p.scored_at
    FROM placed AS p
    JOIN selling_stretch AS s
        ON s.account_id = p.account_id AND s.solution_id = p.solution_id AND s.part = p.part AND s.starts_at <= p.scored_at AND p.scored_at < s.ends_at
)

SELECT
    p.buying_group_id,
    p.scored_at,
    p.score,
    p.fit,
    p.intent,
    p.engagement,
    p.frame_control,
    p.completeness,
    CASE WHEN s.buying_group_id IS NULL THEN r.p_open END AS opening_rate,
    CASE WHEN s.buying_group_id IS NULL THEN h.p_open END AS p_open,
    w.p_win,
    CASE WHEN s.buying_group_id IS NULL THEN h.expected_value_cents END AS expected_amount_cents,
    CASE WHEN s.buying_group_id IS NULL THEN h.model_version END AS model_version,
    c.policy_version
FROM placed AS p
CROSS JOIN clock AS c
LEFT JOIN chance AS h ON h.account_id = p.account_id AND h.solution_id = p.solution_id AND h.scored_at = p.week_at
LEFT JOIN opening_rate AS r ON r.week_at = p.week_at AND r.band = INT_DIV(p.score, 500)
LEFT JOIN win_chance AS w ON w.week_at = p.week_at AND w.solution_id = p.solution_id
LEFT JOIN selling AS s ON s.buying_group_id = p.buying_group_id AND s.scored_at = p.scored_at

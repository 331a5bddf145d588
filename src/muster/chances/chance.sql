-- Every Monday: the chance that an account opens an opportunity for a solution within 13 weeks (or as many as the rules say), that such a
-- one is won, and what it would be worth, by the models as learnt by then. Nothing is said where data are thin.
SELECT
    e.account_id,
    e.solution_id,
    e.week_at AS scored_at,
    e.p_open,
    e.p_open_low,
    e.p_open_high,
    e.log_odds,
    e.rank,
    e.rank_low,
    e.rank_high,
    w.p_win,
    e.expected_amount_cents,
    e.median_amount_cents,
    e.amount_low_cents,
    e.amount_high_cents,
    CAST(FLOOR(e.p_open * w.p_win * e.expected_amount_cents + 5e-1) AS BIGINT) AS expected_value_cents,
    e.model_version,
    w.model_version AS win_version,
    e.amount_version
FROM chance_estimate AS e
LEFT JOIN win_chance AS w ON w.week_at = e.week_at AND w.solution_id = e.solution_id

-- Every Monday, the chance that an account opens an opportunity for a solution within 13 weeks, by the model as learnt by then, and what
-- such an opportunity was worth so far. Nothing is said where data are thin.
SELECT
    e.account_id,
    e.solution_id,
    e.week_at AS scored_at,
    e.p_open,
    e.p_open_low,
    e.p_open_high,
    e.log_odds,
    w.p_win,
    CAST(FLOOR(e.p_open * w.p_win * w.mean_won_cents + 5e-1) AS BIGINT) AS expected_amount_cents,
    e.model_version
FROM chance_estimate AS e
LEFT JOIN win_rate AS w ON w.week_at = e.week_at AND w.solution_id = e.solution_id

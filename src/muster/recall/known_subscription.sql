-- Subscriptions that ran by the date; one whose end lies ahead still runs. Trials bring nothing and are left out.
SELECT
    s.subscription_id,
    s.account_record_id,
    COALESCE(r.solution_id, y.solution_id, 'unspecified') AS solution_id,
    s.arr_cents,
    COALESCE(s.currency, c.currency) AS currency,
    s.starts_on,
    CASE WHEN s.ends_on <= c.as_of_at THEN s.ends_on END AS ends_on
FROM subscription AS s
CROSS JOIN clock AS c
CROSS JOIN only_solution AS y
LEFT JOIN reading_solution AS r ON r.said = s.solution_id
WHERE s.known_at <= c.as_of_at
AND s.starts_on <= c.as_of_at
AND s.arr_cents > 0
AND NOT COALESCE(s.is_trial, FALSE)
AND (s.ends_on IS NULL OR s.ends_on > s.starts_on)

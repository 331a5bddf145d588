-- Three or more clicks of one address within one minute: a mail scanner following every link, not a reader.
SELECT
    e.email,
    e.activity,
    e.occurred_at - MOD(e.occurred_at, 60000000) AS minute_at
FROM known_engagement AS e
WHERE e.activity = 'email_clicked'
AND e.email IS NOT NULL
GROUP BY e.email, e.activity, e.occurred_at - MOD(e.occurred_at, 60000000)
HAVING COUNT(*) >= 3

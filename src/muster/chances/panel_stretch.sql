-- The Mondays that the panel is made of: all of them. A run of a large company narrows it to a few at a time, one stretch after the other,
-- so that only these need room (see stretches.py); the rows are the same.
SELECT
    MIN(w.week_at) AS from_at,
    MAX(w.week_at) + 604800000000 AS until_at
FROM week AS w

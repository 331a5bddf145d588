-- How much speaks for each role of each member, by the rules and by what was learnt of such titles by then, as a whole number in
-- proportion to the likelihood (1,000,000 for the likeliest): from here on sums are the same in every order.
WITH weighed AS (
    SELECT
        e.buying_group_id,
        e.person_id,
        e.from_at,
        e.to_at,
        e.role,
        e.weight + COALESCE(l.weight, 0) AS weight
    FROM role_evidence AS e
    LEFT JOIN role_learnt AS l
        ON l.function = e.function
        AND l.seniority = e.seniority
        AND l.role = e.role
        AND l.from_at <= e.from_at
        AND e.from_at < COALESCE(l.to_at, 9000000000000000)
)

SELECT
    w.buying_group_id,
    w.person_id,
    w.from_at,
    w.to_at,
    w.role,
    CAST(FLOOR(1e6 * EXP((w.weight - MAX(w.weight) OVER (PARTITION BY w.buying_group_id, w.person_id, w.from_at)) / 1e3) + 5e-1) AS BIGINT)
        AS likelihood
FROM weighed AS w

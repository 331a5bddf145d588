-- How many times likelier a role is for a function and seniority than roles.csv says, learnt from whom sellers named by then: a row
-- holds for four weeks or more, from the first boundary of four weeks after the word that changed it. What the rule says counts as if
-- so many people had been named (role_signals.csv, `rules`), so a few words change little (empirical Bayes; after Casella, 1985).
WITH learnt AS (
    SELECT
        l.function,
        l.seniority,
        l.role,
        l.at - MOD(l.at, 2419200000000) + 2419200000000 AS from_at,
        CAST(SUM(l.sign) AS BIGINT) AS people,
        CAST(SUM(l.sign * l.told) AS BIGINT) AS told,
        CAST(SUM(l.sign * l.untold) AS BIGINT) AS untold
    FROM role_lesson AS l
    GROUP BY l.function, l.seniority, l.role, l.at - MOD(l.at, 2419200000000) + 2419200000000
),

summed AS (
    SELECT
        l.function,
        l.seniority,
        l.role,
        l.from_at,
        LEAD(l.from_at) OVER (PARTITION BY l.function, l.seniority, l.role ORDER BY l.from_at) AS to_at,
        CAST(SUM(l.people) OVER (
            PARTITION BY l.function, l.seniority, l.role ORDER BY l.from_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS people,
        CAST(SUM(l.told) OVER (
            PARTITION BY l.function, l.seniority, l.role ORDER BY l.from_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS told,
        CAST(SUM(l.untold) OVER (
            PARTITION BY l.function, l.seniority, l.role ORDER BY l.from_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS untold
    FROM learnt AS l
),

shrunk AS (
    SELECT
        s.function,
        s.seniority,
        s.role,
        s.from_at,
        CASE WHEN s.to_at <= c.as_of_at THEN s.to_at END AS to_at,
        s.people,
        s.told,
        s.untold,
        CAST(FLOOR(r.times * EXP(x.weight / 1e3) * 1e6 + 5e-1) AS BIGINT) AS by_rule
    FROM summed AS s
    JOIN clock AS c ON s.from_at <= c.as_of_at
    JOIN role_expectation AS x
        ON x.function = s.function AND x.seniority = s.seniority AND x.role = s.role AND x.from_at <= s.from_at AND s.from_at < x.to_at
    JOIN rule_role_signals AS r ON r.signal = 'rules' AND r.from_at <= s.from_at AND s.from_at < r.to_at
),

-- (A difference of logarithms and no quotient: Sail divides before it has joined.)
weighed AS (
    SELECT
        s.function,
        s.seniority,
        s.role,
        s.from_at,
        s.to_at,
        s.people,
        s.told,
        s.untold,
        s.by_rule,
        CAST(FLOOR(1e3 * (LN(GREATEST(s.by_rule + s.told, 1)) - LN(GREATEST(s.by_rule + s.untold, 1))) + 5e-1) AS BIGINT) AS weight
    FROM shrunk AS s
)

SELECT
    w.function,
    w.seniority,
    w.role,
    w.from_at,
    w.to_at,
    w.people,
    w.told,
    w.untold,
    w.by_rule,
    w.weight
FROM weighed AS w

-- What each word of a seller (a contact role, a correction) taught about titles: the chances of the named person's roles with the word
-- and without it, in millionths. Sellers' words are often wrong, so a word moves the chances and does not settle them. A later word
-- on the same person in the same group takes the place of the one before (people = 0; what it taught is taken back, sign -1).
WITH word AS (
    SELECT
        e.buying_group_id,
        e.person_id,
        e.at,
        e.role,
        CAST(SUM(e.sign * CAST(FLOOR(1e3 * LN(r.times) + 5e-1) AS BIGINT)) AS BIGINT) AS weight
    FROM role_event AS e
    JOIN rule_role_signals AS r ON r.signal = e.signal AND r.role = '*' AND r.from_at <= e.at AND e.at < r.to_at
    WHERE e.signal IN ('named', 'corrected')
    GROUP BY e.buying_group_id, e.person_id, e.at, e.role
),

told AS (
    SELECT
        e.buying_group_id,
        e.person_id,
        e.from_at AS at,
        e.function,
        e.seniority,
        e.role,
        e.weight,
        e.weight - CAST(SUM(COALESCE(w.weight, 0)) OVER (
            PARTITION BY e.buying_group_id, e.person_id, e.role ORDER BY e.from_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS weight_without
    FROM role_evidence AS e
    JOIN (SELECT DISTINCT x.buying_group_id, x.person_id, x.at FROM word AS x) AS m
        ON m.buying_group_id = e.buying_group_id AND m.person_id = e.person_id AND m.at = e.from_at
    LEFT JOIN word AS w
        ON w.buying_group_id = e.buying_group_id AND w.person_id = e.person_id AND w.at = e.from_at AND w.role = e.role
),

likely AS (
    SELECT
        t.buying_group_id,
        t.person_id,
        t.at,
        t.function,
        t.seniority,
        t.role,
        CAST(FLOOR(1e6 * EXP((t.weight - MAX(t.weight) OVER (PARTITION BY t.buying_group_id, t.person_id, t.at)) / 1e3) + 5e-1) AS BIGINT) AS likelihood,
        CAST(FLOOR(1e6 * EXP((t.weight_without - MAX(t.weight_without) OVER (PARTITION BY t.buying_group_id, t.person_id, t.at)) / 1e3) + 5e-1) AS BIGINT)
            AS likelihood_without
    FROM told AS t
),

chance AS (
    SELECT
        k.buying_group_id,
        k.person_id,
        k.at,
        k.function,
        k.seniority,
        k.role,
        INT_DIV(1000000 * k.likelihood, GREATEST(CAST(SUM(k.likelihood) OVER (PARTITION BY k.buying_group_id, k.person_id, k.at) AS BIGINT), 1)) AS told,
        INT_DIV(
            1000000 * k.likelihood_without,
            GREATEST(CAST(SUM(k.likelihood_without) OVER (PARTITION BY k.buying_group_id, k.person_id, k.at) AS BIGINT), 1)
        ) AS untold
    FROM likely AS k
),

held AS (
    SELECT
        c.buying_group_id,
        c.person_id,
        c.at,
        LEAD(c.at) OVER (PARTITION BY c.buying_group_id, c.person_id, c.role ORDER BY c.at) AS to_at,
        c.function,
        c.seniority,
        c.role,
        c.told,
        c.untold
    FROM chance AS c
)

SELECT h.buying_group_id, h.person_id, h.at, h.function, h.seniority, h.role, 1 AS sign, h.told, h.untold
FROM held AS h
UNION ALL
SELECT h.buying_group_id, h.person_id, h.to_at AS at, h.function, h.seniority, h.role, -1 AS sign, h.told, h.untold
FROM held AS h
WHERE h.to_at IS NOT NULL

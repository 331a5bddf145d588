-- Each member's evidence for each role as it came, in thousandths of a natural logarithm so that sums are exact: first what the
-- title lets expect (until it is known, what a member without one is), then what each signal adds by rules/role_signals.csv.
WITH expected AS (
    SELECT
        p.buying_group_id,
        p.person_id,
        p.from_at AS at,
        CASE WHEN k.title_known_at <= p.from_at THEN k.function ELSE 'unknown' END AS function,
        CASE WHEN k.title_known_at <= p.from_at THEN k.seniority ELSE 'unknown' END AS seniority,
        1 AS sign
    FROM role_member AS p
    JOIN person_rank AS k ON k.person_id = p.person_id
    UNION ALL
    SELECT
        p.buying_group_id,
        p.person_id,
        k.title_known_at AS at,
        CASE s.sign WHEN 1 THEN k.function ELSE 'unknown' END AS function,
        CASE s.sign WHEN 1 THEN k.seniority ELSE 'unknown' END AS seniority,
        s.sign
    FROM role_member AS p
    JOIN person_rank AS k ON k.person_id = p.person_id
    CROSS JOIN (SELECT 1 AS sign UNION ALL SELECT -1 AS sign) AS s
    WHERE k.title_known_at > p.from_at
    AND (k.seniority <> 'unknown' OR k.function <> 'unknown')
),

signalled AS (
    SELECT
        e.buying_group_id,
        e.person_id,
        e.at,
        CASE WHEN r.role = '*' THEN e.role ELSE r.role END AS role,
        e.sign * CAST(FLOOR(1e3 * LN(r.times) + 5e-1) AS BIGINT) AS weight
    FROM role_event AS e
    JOIN rule_role_signals AS r ON r.signal = e.signal AND r.from_at <= e.at AND e.at < r.to_at
)

SELECT
    e.buying_group_id,
    e.person_id,
    e.at,
    x.role,
    e.sign * x.weight AS weight
FROM expected AS e
JOIN role_expectation AS x
    ON x.function = e.function AND x.seniority = e.seniority AND x.from_at <= e.at AND e.at < x.to_at
UNION ALL
SELECT s.buying_group_id, s.person_id, s.at, s.role, s.weight
FROM signalled AS s
WHERE s.role IS NOT NULL

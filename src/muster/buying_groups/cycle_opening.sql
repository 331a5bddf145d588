-- When each cycle opened, and by what: a second person within one week, an act that only buyers do, or an opportunity.
WITH person_week AS (
    SELECT
        e.account_id,
        e.solution_id,
        e.segment,
        e.person_at - MOD(e.person_at - 345600000000, 604800000000) AS week_at,
        e.person_id,
        MIN(e.person_at) AS first_at
    FROM cycle_event AS e
    WHERE e.person_id IS NOT NULL
    AND e.is_participation
    GROUP BY e.account_id, e.solution_id, e.segment, e.person_at - MOD(e.person_at - 345600000000, 604800000000), e.person_id
),

ranked AS (
    SELECT
        w.account_id,
        w.solution_id,
        w.segment,
        w.first_at,
        ROW_NUMBER() OVER (
            PARTITION BY w.account_id, w.solution_id, w.segment, w.week_at ORDER BY w.first_at, w.person_id
        ) AS number
    FROM person_week AS w
),

candidate AS (
    SELECT r.account_id, r.solution_id, r.segment, MIN(r.first_at) AS at, 2 AS preference, 'second_person' AS reason
    FROM ranked AS r
    WHERE r.number = 2
    GROUP BY r.account_id, r.solution_id, r.segment
    UNION ALL
    SELECT e.account_id, e.solution_id, e.segment, MIN(e.person_at) AS at, 1 AS preference, 'buying_act' AS reason
    FROM cycle_event AS e
    WHERE e.is_buying_act
    AND e.person_id IS NOT NULL
    GROUP BY e.account_id, e.solution_id, e.segment
    UNION ALL
    SELECT e.account_id, e.solution_id, e.segment, MIN(e.at) AS at, 0 AS preference, 'opportunity' AS reason
    FROM cycle_event AS e
    WHERE e.kind = 'opportunity'
    GROUP BY e.account_id, e.solution_id, e.segment
),

lasting AS (
    SELECT
        e.account_id,
        e.solution_id,
        e.segment,
        MAX(CASE WHEN e.kind = 'closing' THEN e.at END) AS closing_at,
        MAX(e.alive_until + p.silent_us) AS silent_at
    FROM cycle_event AS e
    JOIN rule_policy AS p ON p.from_at <= e.at AND e.at < p.to_at
    GROUP BY e.account_id, e.solution_id, e.segment
),

first_candidate AS (
    SELECT
        c.account_id,
        c.solution_id,
        c.segment,
        c.at,
        c.reason,
        ROW_NUMBER() OVER (PARTITION BY c.account_id, c.solution_id, c.segment ORDER BY c.at, c.preference) AS number
    FROM candidate AS c
    JOIN lasting AS l ON l.account_id = c.account_id AND l.solution_id = c.solution_id AND l.segment = c.segment
    WHERE c.at < COALESCE(l.closing_at, l.silent_at)
)

SELECT
    f.account_id,
    f.solution_id,
    f.segment,
    f.at AS opened_at,
    f.reason,
    ROW_NUMBER() OVER (PARTITION BY f.account_id, f.solution_id ORDER BY f.segment) AS cycle
FROM first_candidate AS f
WHERE f.number = 1

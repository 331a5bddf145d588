-- When each cycle opened, and by what: a second person within seven days of another, an act that only buyers do, or an opportunity.
WITH followed AS (
    SELECT
        e.account_id,
        e.solution_id,
        e.part,
        e.segment,
        e.person_id,
        e.person_at,
        LAG(e.person_id) OVER (PARTITION BY e.account_id, e.solution_id, e.part, e.segment ORDER BY e.person_at, e.person_id, e.source_id) AS person_before,
        LAG(e.person_at) OVER (PARTITION BY e.account_id, e.solution_id, e.part, e.segment ORDER BY e.person_at, e.person_id, e.source_id) AS before_at
    FROM cycle_event AS e
    WHERE e.person_id IS NOT NULL
    AND e.is_participation
),

candidate AS (
    SELECT f.account_id, f.solution_id, f.part, f.segment, MIN(f.person_at) AS at, 2 AS preference, 'second_person' AS reason
    FROM followed AS f
    WHERE f.person_before <> f.person_id
    AND f.person_at <= f.before_at + 604800000000
    GROUP BY f.account_id, f.solution_id, f.part, f.segment
    UNION ALL
    SELECT e.account_id, e.solution_id, e.part, e.segment, MIN(e.person_at) AS at, 1 AS preference, 'buying_act' AS reason
    FROM cycle_event AS e
    WHERE e.is_buying_act
    AND e.person_id IS NOT NULL
    GROUP BY e.account_id, e.solution_id, e.part, e.segment
    UNION ALL
    SELECT e.account_id, e.solution_id, e.part, e.segment, MIN(e.at) AS at, 0 AS preference, 'opportunity' AS reason
    FROM cycle_event AS e
    WHERE e.kind = 'opportunity'
    GROUP BY e.account_id, e.solution_id, e.part, e.segment
),

lasting AS (
    SELECT
        e.account_id,
        e.solution_id,
        e.part,
        e.segment,
        MAX(CASE WHEN e.kind = 'closing' THEN e.at END) AS closing_at,
        MAX(e.alive_until + p.silent_us) AS silent_at
    FROM cycle_event AS e
    JOIN rule_policy AS p ON p.from_at <= e.at AND e.at < p.to_at
    GROUP BY e.account_id, e.solution_id, e.part, e.segment
),

first_candidate AS (
    SELECT
        c.account_id,
        c.solution_id,
        c.part,
        c.segment,
        c.at,
        c.reason,
        ROW_NUMBER() OVER (PARTITION BY c.account_id, c.solution_id, c.part, c.segment ORDER BY c.at, c.preference) AS number
    FROM candidate AS c
    JOIN lasting AS l ON l.account_id = c.account_id AND l.solution_id = c.solution_id AND l.part = c.part AND l.segment = c.segment
    WHERE c.at < COALESCE(l.closing_at, l.silent_at)
)

SELECT
    f.account_id,
    f.solution_id,
    f.part,
    f.segment,
    f.at AS opened_at,
    f.reason,
    ROW_NUMBER() OVER (PARTITION BY f.account_id, f.solution_id, f.part ORDER BY f.segment) AS cycle
FROM first_candidate AS f
WHERE f.number = 1

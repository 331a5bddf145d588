-- New people whom a colleague brought: their first act of all about the solution followed a colleague's link (certain but for the
-- link's maker), or came within seven days after a colleague opened the same content, with that likely share's chance. One row a
-- person and solution, the surest; people whom we had led there ourselves are none.
WITH first_act AS (
    SELECT
        e.account_id,
        e.solution_id,
        e.person_id,
        e.engagement_id,
        e.occurred_at,
        ROW_NUMBER() OVER (PARTITION BY e.account_id, e.person_id, e.solution_id ORDER BY e.occurred_at, e.engagement_id) AS number
    FROM resolved_engagement AS e
    WHERE e.is_act
    AND e.account_id IS NOT NULL
    AND e.solution_id IS NOT NULL
    AND e.person_id IS NOT NULL
),

brought AS (
    SELECT s.account_id, s.solution_id, s.to_person_id AS person_id, s.from_person_id, s.read_at AS at, s.known_at, s.confidence, s.method
    FROM share AS s
    WHERE s.account_id IS NOT NULL
    AND s.solution_id IS NOT NULL
    UNION ALL
    SELECT s.account_id, s.solution_id, s.to_person_id AS person_id, s.from_person_id, s.read_at AS at, s.known_at, s.confidence, s.method
    FROM likely_share AS s
),

ranked AS (
    SELECT
        b.account_id,
        b.solution_id,
        b.person_id,
        b.from_person_id,
        b.at AS referred_at,
        b.known_at,
        b.confidence,
        b.method,
        ROW_NUMBER() OVER (
            PARTITION BY b.account_id, b.solution_id, b.person_id
            ORDER BY b.confidence DESC, b.known_at, b.method DESC, COALESCE(b.from_person_id, '')
        ) AS number
    FROM brought AS b
    JOIN first_act AS f
        ON f.account_id = b.account_id
        AND f.solution_id = b.solution_id
        AND f.person_id = b.person_id
        AND f.occurred_at = b.at
        AND f.number = 1
)

SELECT
    r.account_id,
    r.solution_id,
    r.person_id,
    r.from_person_id,
    r.referred_at,
    r.known_at,
    r.confidence,
    r.method
FROM ranked AS r
WHERE r.number = 1

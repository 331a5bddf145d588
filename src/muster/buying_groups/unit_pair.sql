-- Business units of an account whose people want the same solution, each beside the unit that was there first: since when both are two
-- different groups (two people of each have taken part, and under a tenth of them belong to both), and since when they are one
-- again (more than half belong to both).
WITH took_part AS (
    SELECT
        e.account_id,
        e.solution_id,
        u.kind,
        u.unit,
        e.person_id,
        MIN(GREATEST(e.known_at, e.person_known_at, u.from_at)) AS at
    FROM resolved_engagement AS e
    JOIN person_unit AS u ON u.person_id = e.person_id
    WHERE e.is_participation
    AND e.account_id IS NOT NULL
    AND e.solution_id IS NOT NULL
    GROUP BY e.account_id, e.solution_id, u.kind, u.unit, e.person_id
),

numbered AS (
    SELECT
        t.account_id,
        t.solution_id,
        t.kind,
        t.unit,
        t.at,
        ROW_NUMBER() OVER (PARTITION BY t.account_id, t.solution_id, t.kind, t.unit ORDER BY t.at, t.person_id) AS number
    FROM took_part AS t
),

unit AS (
    SELECT
        n.account_id,
        n.solution_id,
        n.kind,
        n.unit,
        MIN(CASE WHEN n.number = 2 THEN n.at END) AS second_at,
        ROW_NUMBER() OVER (PARTITION BY n.account_id, n.solution_id, n.kind ORDER BY MIN(n.at), n.unit) AS place
    FROM numbered AS n
    GROUP BY n.account_id, n.solution_id, n.kind, n.unit
),

pair AS (
    SELECT
        u.account_id,
        u.solution_id,
        u.kind,
        h.unit AS home,
        u.unit,
        GREATEST(h.second_at, u.second_at) AS at
    FROM unit AS u
    JOIN unit AS h ON h.account_id = u.account_id AND h.solution_id = u.solution_id AND h.kind = u.kind AND h.place = 1
    WHERE u.place > 1
    AND h.second_at IS NOT NULL
    AND u.second_at IS NOT NULL
),

person_in AS (
    SELECT
        p.account_id,
        p.solution_id,
        p.kind,
        p.unit,
        p.at AS split_at,
        t.person_id,
        MIN(t.at) AS one_at,
        CASE WHEN COUNT(*) = 2 THEN MAX(t.at) END AS both_at
    FROM pair AS p
    JOIN took_part AS t
        ON t.account_id = p.account_id AND t.solution_id = p.solution_id AND t.kind = p.kind AND t.unit IN (p.home, p.unit)
    GROUP BY p.account_id, p.solution_id, p.kind, p.unit, p.at, t.person_id
),

change AS (
    SELECT i.account_id, i.solution_id, i.kind, i.unit, i.split_at, i.one_at AS at, 1 AS in_one, 0 AS in_both
    FROM person_in AS i
    UNION ALL
    SELECT i.account_id, i.solution_id, i.kind, i.unit, i.split_at, i.both_at AS at, 0 AS in_one, 1 AS in_both
    FROM person_in AS i
    WHERE i.both_at IS NOT NULL
),

instant AS (
    SELECT
        c.account_id,
        c.solution_id,
        c.kind,
        c.unit,
        c.split_at,
        c.at,
        CAST(SUM(CAST(SUM(c.in_one) AS BIGINT)) OVER (
            PARTITION BY c.account_id, c.solution_id, c.kind, c.unit ORDER BY c.at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS people,
        CAST(SUM(CAST(SUM(c.in_both) AS BIGINT)) OVER (
            PARTITION BY c.account_id, c.solution_id, c.kind, c.unit ORDER BY c.at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS in_both
    FROM change AS c
    GROUP BY c.account_id, c.solution_id, c.kind, c.unit, c.split_at, c.at
),

judged AS (
    SELECT
        i.account_id,
        i.solution_id,
        i.kind,
        i.unit,
        i.split_at,
        MAX(CASE WHEN i.at = i.split_at AND 10 * i.in_both < i.people THEN 1 ELSE 0 END) AS is_apart,
        MIN(CASE WHEN i.at > i.split_at AND 2 * i.in_both > i.people THEN i.at END) AS merged_at
    FROM instant AS i
    GROUP BY i.account_id, i.solution_id, i.kind, i.unit, i.split_at
)

SELECT
    p.account_id,
    p.solution_id,
    p.kind,
    p.home,
    p.unit,
    p.kind || ':' || p.unit AS part,
    j.split_at,
    j.merged_at
FROM judged AS j
JOIN pair AS p ON p.account_id = j.account_id AND p.solution_id = j.solution_id AND p.kind = j.kind AND p.unit = j.unit
WHERE j.is_apart = 1

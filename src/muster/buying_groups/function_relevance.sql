-- How much likelier a function takes part in won deals of a solution than among everybody in a buying group, learned from the deals
-- won so far: a row holds from one won deal of the solution to the next. Drawn towards no difference (1) as if so many further people
-- (qualification.csv, relevance_people) had taken part as everybody does. Titles and groups count from when they were known, a group
-- from its opening.
WITH function_of AS (
    SELECT k.person_id, k.function, k.title_known_at
    FROM person_rank AS k
    WHERE k.function <> 'unknown'
),

won AS (
    SELECT g.buying_group_id, g.solution_id, g.closed_at
    FROM group_cycle AS g
    WHERE g.closing_reason = 'won'
),

happening AS (
    SELECT GREATEST(p.joined_at, g.opened_at, f.title_known_at) AS at, f.function, '' AS solution_id, 1 AS in_any, 0 AS in_won
    FROM group_person AS p
    JOIN group_cycle AS g ON g.buying_group_id = p.buying_group_id
    JOIN function_of AS f ON f.person_id = p.person_id
    UNION ALL
    SELECT w.closed_at AS at, f.function, w.solution_id, 0 AS in_any, 1 AS in_won
    FROM won AS w
    JOIN group_person AS p ON p.buying_group_id = w.buying_group_id
    JOIN function_of AS f ON f.person_id = p.person_id AND f.title_known_at <= w.closed_at
),

change AS (
    SELECT w.solution_id, w.closed_at AS at, COUNT(*) AS deals
    FROM won AS w
    GROUP BY w.solution_id, w.closed_at
),

spell AS (
    SELECT
        c.solution_id,
        c.at AS from_at,
        LEAD(c.at, 1, 9000000000000000) OVER (PARTITION BY c.solution_id ORDER BY c.at) AS to_at,
        CAST(SUM(c.deals) OVER (PARTITION BY c.solution_id ORDER BY c.at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS deal_count
    FROM change AS c
),

-- Sums up to each change: the counts of the instants up to it, added in order.
instant AS (
    SELECT h.at, h.function, h.solution_id, CAST(SUM(h.in_any) AS BIGINT) AS in_any, CAST(SUM(h.in_won) AS BIGINT) AS in_won, 0 AS is_asked
    FROM happening AS h
    GROUP BY h.at, h.function, h.solution_id
    UNION ALL
    SELECT s.from_at AS at, f.function, s.solution_id, 0 AS in_any, 0 AS in_won, 1 AS is_asked
    FROM spell AS s
    CROSS JOIN (SELECT DISTINCT x.function FROM function_of AS x) AS f
),

summed AS (
    SELECT
        i.at,
        i.function,
        i.solution_id,
        i.is_asked,
        CAST(SUM(i.in_any) OVER (
            PARTITION BY i.function ORDER BY i.at, i.is_asked, i.solution_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS people_anywhere,
        CAST(SUM(i.in_won) OVER (
            PARTITION BY i.function, i.solution_id ORDER BY i.at, i.is_asked ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS people
    FROM instant AS i
),

counted AS (
    SELECT
        s.at,
        s.function,
        s.solution_id,
        s.people,
        s.people_anywhere,
        CAST(SUM(s.people) OVER (PARTITION BY s.solution_id, s.at) AS BIGINT) AS all_people,
        CAST(SUM(s.people_anywhere) OVER (PARTITION BY s.solution_id, s.at) AS BIGINT) AS all_anywhere
    FROM summed AS s
    WHERE s.is_asked = 1
)

SELECT
    c.solution_id,
    c.function,
    p.from_at,
    NULLIF(p.to_at, 9000000000000000) AS to_at,
    p.deal_count,
    c.people,
    c.all_people,
    c.people_anywhere,
    c.all_anywhere,
    (c.people * (c.all_anywhere / CAST(NULLIF(c.people_anywhere, 0) AS DOUBLE)) + r.relevance_people)
        / CAST(NULLIF(c.all_people + r.relevance_people, 0) AS DOUBLE) AS times
FROM counted AS c
JOIN spell AS p ON p.solution_id = c.solution_id AND p.from_at = c.at
JOIN rule_policy AS r ON r.from_at <= c.at AND c.at < r.to_at
WHERE c.people_anywhere > 0

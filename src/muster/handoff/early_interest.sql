-- Accounts with acts about a solution in the last half year, since their last group for it closed, and no open one: who, what would make a group, what to
-- offer first, and until when the acts count.
WITH grouped AS (
    SELECT
        g.account_id,
        g.solution_id,
        MAX(COALESCE(g.closed_at, 9000000000000000)) AS until_at
    FROM group_cycle AS g
    GROUP BY g.account_id, g.solution_id
),

act AS (
    SELECT
        e.account_id,
        e.solution_id,
        COUNT(DISTINCT e.person_id) AS people,
        COUNT(DISTINCT e.visitor_id) AS visitors,
        COUNT(*) AS acts,
        MAX(e.occurred_at) AS last_at,
        MAX(p.silent_us) AS silent_us
    FROM resolved_engagement AS e
    CROSS JOIN clock AS c
    JOIN rule_policy AS p ON p.from_at <= c.as_of_at AND c.as_of_at < p.to_at
    LEFT JOIN grouped AS g ON g.account_id = e.account_id AND g.solution_id = e.solution_id
    WHERE e.is_act
    AND e.account_id IS NOT NULL
    AND e.solution_id IS NOT NULL
    AND e.occurred_at > c.as_of_at - p.silent_us
    AND (g.until_at IS NULL OR e.occurred_at >= g.until_at)
    GROUP BY e.account_id, e.solution_id
),

first_content AS (
    SELECT
        k.solution_id,
        k.content_id,
        k.buying_job,
        ROW_NUMBER() OVER (PARTITION BY k.solution_id ORDER BY COALESCE(j.position, 99), k.content_id) AS number
    FROM reading_content AS k
    CROSS JOIN clock AS c
    LEFT JOIN rule_buying_jobs AS j ON j.buying_job = k.buying_job AND j.from_at <= c.as_of_at AND c.as_of_at < j.to_at
),

unread AS (
    SELECT
        n.account_id,
        n.solution_id,
        MIN(f.number) AS number
    FROM act AS n
    JOIN first_content AS f ON f.solution_id = n.solution_id
    LEFT JOIN (
        SELECT DISTINCT e.account_id, e.content_id
        FROM resolved_engagement AS e
        WHERE e.content_id IS NOT NULL
    ) AS s ON s.account_id = n.account_id AND s.content_id = f.content_id
    WHERE s.content_id IS NULL
    GROUP BY n.account_id, n.solution_id
)

SELECT
    n.account_id,
    n.solution_id,
    n.people AS person_count,
    n.visitors AS visitor_count,
    n.acts AS act_count,
    n.last_at,
    CASE n.people
        WHEN 0 THEN 'only people nobody knows yet'
        WHEN 1 THEN 'one person alone'
        ELSE CAST(n.people AS VARCHAR) || ' people, never two who took part within a week'
    END AS reason,
    CASE n.people
        WHEN 0 THEN 'two people who say who they are within a week, or a raised hand'
        ELSE 'a second person within a week of the first, or a raised hand'
    END AS would_change,
    f.content_id AS next_content_id,
    f.buying_job AS next_buying_job,
    n.last_at + n.silent_us AS fades_at
FROM act AS n
LEFT JOIN unread AS u ON u.account_id = n.account_id AND u.solution_id = n.solution_id
LEFT JOIN first_content AS f ON f.solution_id = u.solution_id AND f.number = u.number

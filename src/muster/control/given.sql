-- Each thing sales was given, with what was behind it and how soon sales acted: late or never is told once the time that
-- rules/control.csv allows is over. Before the company went live nobody was told of a group, so nobody was late.
WITH first_act AS (
    SELECT a.process, a.unit_id, MIN(a.at) AS at
    FROM given_answer AS a
    WHERE a.answer = 'acted'
    GROUP BY a.process, a.unit_id
),

recorded AS (
    SELECT MIN(s.occurred_at) AS since
    FROM known_sales_activity AS s
),

-- What the people given had done in the 90 days before, as known then, and which programme brought the last of it.
act AS (
    SELECT
        p.process,
        p.unit_id,
        e.engagement_id,
        COALESCE(t.program_id, e.tactic_id) AS program_id,
        ROW_NUMBER() OVER (
            PARTITION BY p.process, p.unit_id ORDER BY CASE WHEN e.tactic_id IS NULL THEN 1 ELSE 0 END, e.occurred_at DESC, e.engagement_id
        ) AS number
    FROM (SELECT DISTINCT g.process, g.unit_id, g.at, g.person_id FROM given_person AS g) AS p
    JOIN resolved_engagement AS e
        ON e.person_id = p.person_id
        AND e.is_act
        AND e.occurred_at <= p.at
        AND e.known_at <= p.at
        AND COALESCE(e.person_known_at, e.known_at) <= p.at
        AND e.occurred_at > p.at - 7776000000000
    LEFT JOIN known_tactic AS t ON t.tactic_id = e.tactic_id
),

behind AS (
    SELECT
        a.process,
        a.unit_id,
        COUNT(*) AS act_count,
        MAX(CASE WHEN a.number = 1 THEN a.program_id END) AS program_id
    FROM act AS a
    GROUP BY a.process, a.unit_id
),

fitting AS (
    SELECT g.process, g.unit_id, CAST(SUM(f.points) AS BIGINT) AS fit
    FROM given_unit AS g
    JOIN fit_point AS f ON f.account_id = g.account_id AND f.known_at <= g.at
    GROUP BY g.process, g.unit_id
),

likely AS (
    SELECT
        g.process,
        g.unit_id,
        k.p_open,
        ROW_NUMBER() OVER (PARTITION BY g.process, g.unit_id ORDER BY k.scored_at DESC) AS number
    FROM given_unit AS g
    JOIN chance AS k
        ON k.account_id = g.account_id
        AND k.solution_id = g.solution_id
        AND k.scored_at <= g.at
        AND k.scored_at > g.at - 604800000000
)

SELECT
    g.process,
    g.unit_id,
    g.at,
    g.account_id,
    g.solution_id,
    g.buying_group_id,
    g.person_id,
    g.is_replayed,
    g.due_at,
    g.verdict_at,
    f.at AS first_action_at,
    CAST(FLOOR((f.at - g.at) / 3.6e7 + 5e-1) AS BIGINT) / 1e2 AS hours_to_first_action,
    CASE
        WHEN g.is_replayed THEN 'not told'
        WHEN r.since IS NULL OR g.at < r.since THEN 'not recorded'
        WHEN f.at <= g.due_at THEN 'in time'
        WHEN g.due_at > c.as_of_at THEN 'open'
        WHEN f.at IS NULL THEN 'none'
        ELSE 'late'
    END AS follow_up,
    COALESCE(b.act_count, 0) AS act_count,
    b.program_id,
    COALESCE(w.fit, 0) AS fit,
    l.p_open
FROM given_unit AS g
CROSS JOIN clock AS c
CROSS JOIN recorded AS r
LEFT JOIN first_act AS f ON f.process = g.process AND f.unit_id = g.unit_id
LEFT JOIN behind AS b ON b.process = g.process AND b.unit_id = g.unit_id
LEFT JOIN fitting AS w ON w.process = g.process AND w.unit_id = g.unit_id
LEFT JOIN likely AS l ON l.process = g.process AND l.unit_id = g.unit_id AND l.number = 1

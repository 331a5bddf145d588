-- The goals of programmes (rules/program_goals.csv) against what was observed while they counted: groups in which it reached a role, accounts
-- that were silent until one of its touches, and how long opportunities stayed in a stage while it touched their group. What would have come
-- without the programme is not in it. Of a programme that is on no record nothing was observed: `problem` names the row.
WITH goal AS (
    SELECT
        r.program_id,
        r.goal,
        r.subject,
        r.from_at,
        LEAST(r.ends_at + 86400000000, c.as_of_at + 1) AS until_at,
        r.ends_at + 86400000000 <= c.as_of_at AS is_over,
        r.target
    FROM rule_program_goals AS r
    CROSS JOIN clock AS c
    WHERE r.from_at <= c.as_of_at
),

reached AS (
    SELECT g.program_id, g.subject, g.from_at, COUNT(DISTINCT t.buying_group_id) AS units
    FROM goal AS g
    JOIN program_touch AS t
        ON t.level = 'program' AND t.unit = g.program_id AND t.buying_job = '(all)' AND t.role = g.subject
        AND t.occurred_at >= g.from_at AND t.occurred_at < g.until_at
    WHERE g.goal = 'reach_role'
    GROUP BY g.program_id, g.subject, g.from_at
),

touched_account AS (
    SELECT DISTINCT e.account_id
    FROM resolved_engagement AS e
    JOIN known_tactic AS t ON t.tactic_id = e.tactic_id
    JOIN goal AS g ON g.goal = 'wake_account' AND g.program_id = t.program_id
    WHERE e.account_id IS NOT NULL
),

act AS (
    SELECT
        e.account_id,
        e.solution_id,
        e.tactic_id,
        e.occurred_at,
        LAG(e.occurred_at) OVER (PARTITION BY e.account_id ORDER BY e.occurred_at, e.engagement_id) AS before_at
    FROM resolved_engagement AS e
    JOIN touched_account AS a ON a.account_id = e.account_id
    WHERE e.is_marketing
),

woken AS (
    SELECT g.program_id, g.subject, g.from_at, COUNT(DISTINCT a.account_id) AS units
    FROM goal AS g
    JOIN known_tactic AS t ON t.program_id = g.program_id
    JOIN act AS a ON a.tactic_id = t.tactic_id AND a.occurred_at >= g.from_at AND a.occurred_at < g.until_at
    JOIN rule_policy AS p ON p.from_at <= a.occurred_at AND a.occurred_at < p.to_at
    WHERE g.goal = 'wake_account'
    AND (g.subject = '*' OR a.solution_id = g.subject)
    AND (a.before_at IS NULL OR a.occurred_at - a.before_at > p.silent_us)
    GROUP BY g.program_id, g.subject, g.from_at
),

named AS (
    SELECT
        h.opportunity_id,
        h.stage_change_id,
        h.stage,
        h.changed_at,
        LAG(h.stage) OVER (PARTITION BY h.opportunity_id ORDER BY h.changed_at, h.stage_change_id) AS stage_before
    FROM known_stage_change AS h
    WHERE h.stage IS NOT NULL
),

pass AS (
    SELECT
        n.opportunity_id,
        n.stage,
        n.changed_at AS entered_at,
        LEAD(n.changed_at) OVER (PARTITION BY n.opportunity_id ORDER BY n.changed_at, n.stage_change_id) AS left_at
    FROM named AS n
    WHERE n.stage_before IS NULL
    OR n.stage_before <> n.stage
),

passed AS (
    SELECT
        g.program_id,
        g.subject,
        g.from_at,
        s.left_at - s.entered_at AS stay_us,
        MAX(CASE WHEN t.engagement_id IS NOT NULL THEN 1 ELSE 0 END) AS is_touched
    FROM goal AS g
    JOIN pass AS s ON LOWER(s.stage) = LOWER(g.subject) AND s.left_at >= g.from_at AND s.left_at < g.until_at
    JOIN opportunity_group AS m ON m.opportunity_id = s.opportunity_id
    LEFT JOIN program_touch AS t
        ON t.level = 'program' AND t.unit = g.program_id AND t.buying_job = '(all)' AND t.buying_group_id = m.buying_group_id
        AND t.occurred_at >= s.entered_at AND t.occurred_at <= s.left_at
    WHERE g.goal = 'speed_stage'
    GROUP BY g.program_id, g.subject, g.from_at, s.opportunity_id, s.entered_at, s.left_at
),

sped AS (
    SELECT
        p.program_id,
        p.subject,
        p.from_at,
        CAST(SUM(CASE WHEN p.is_touched = 1 THEN p.stay_us ELSE 0 END) AS BIGINT) AS touched_us,
        CAST(SUM(p.is_touched) AS BIGINT) AS touched,
        CAST(SUM(CASE WHEN p.is_touched = 0 THEN p.stay_us ELSE 0 END) AS BIGINT) AS other_us,
        CAST(SUM(1 - p.is_touched) AS BIGINT) AS others
    FROM passed AS p
    GROUP BY p.program_id, p.subject, p.from_at
),

on_record AS (
    SELECT DISTINCT u.program_id
    FROM (
        SELECT t.program_id
        FROM known_tactic AS t
        UNION ALL
        SELECT t.tactic_id AS program_id
        FROM known_tactic AS t
    ) AS u
),

told AS (
    SELECT
        g.program_id,
        g.goal,
        g.subject,
        g.from_at,
        g.until_at - 1 AS to_at,
        CASE g.goal WHEN 'reach_role' THEN 'groups' WHEN 'wake_account' THEN 'accounts' ELSE 'days' END AS unit,
        g.target,
        CASE
            WHEN k.program_id IS NULL THEN CAST(NULL AS DOUBLE)
            WHEN g.goal = 'reach_role' THEN CAST(COALESCE(r.units, 0) AS DOUBLE)
            WHEN g.goal = 'wake_account' THEN CAST(COALESCE(w.units, 0) AS DOUBLE)
            ELSE s.touched_us / CAST(NULLIF(s.touched, 0) AS DOUBLE) / 8.64e10
        END AS actual,
        CASE WHEN g.goal = 'speed_stage' AND k.program_id IS NOT NULL THEN s.other_us / CAST(NULLIF(s.others, 0) AS DOUBLE) / 8.64e10 END AS otherwise,
        g.is_over
    FROM goal AS g
    LEFT JOIN on_record AS k ON k.program_id = g.program_id
    LEFT JOIN reached AS r ON r.program_id = g.program_id AND r.subject = g.subject AND r.from_at = g.from_at AND g.goal = 'reach_role'
    LEFT JOIN woken AS w ON w.program_id = g.program_id AND w.subject = g.subject AND w.from_at = g.from_at AND g.goal = 'wake_account'
    LEFT JOIN sped AS s ON s.program_id = g.program_id AND s.subject = g.subject AND s.from_at = g.from_at AND g.goal = 'speed_stage'
)

SELECT
    t.program_id,
    t.goal,
    t.subject,
    t.from_at,
    t.to_at,
    t.unit,
    t.target,
    t.actual,
    t.otherwise,
    CASE WHEN t.goal = 'speed_stage' THEN t.actual <= t.target ELSE t.actual >= t.target END AS is_met,
    CASE WHEN t.goal = 'speed_stage' THEN t.target - t.actual ELSE t.actual - t.target END AS by_how_much,
    t.is_over
FROM told AS t

-- What each programme and each tactic did along the buying decision process, job by job and over all: whom it reached first, what followed
-- within 28 days, what is credited (linear) with its interval, what it cost. What followed is observed; it stands with every
-- programme that touched before, so it is not added up. Cost is divided over the jobs by the programme's touches.
WITH reached AS (
    SELECT
        t.level,
        t.unit,
        t.buying_job,
        COUNT(DISTINCT t.engagement_id) AS touch_count,
        COUNT(DISTINCT t.buying_group_id) AS groups_reached,
        COUNT(DISTINCT t.person_id) AS people_reached,
        COUNT(DISTINCT t.role) AS roles_reached,
        CAST(SUM(t.is_first) AS BIGINT) AS new_members
    FROM program_touch AS t
    GROUP BY t.level, t.unit, t.buying_job
),

shared AS (
    SELECT t.level, t.unit, t.buying_job, COUNT(DISTINCT s.share_token) AS shares_started
    FROM program_touch AS t
    JOIN share AS s ON s.from_person_id = t.person_id AND s.shared_at >= t.occurred_at AND s.shared_at <= t.until_at
    GROUP BY t.level, t.unit, t.buying_job
),

moved AS (
    SELECT
        t.level,
        t.unit,
        t.buying_job,
        COUNT(DISTINCT m.move_id) AS moves_after,
        COUNT(DISTINCT m.buying_group_id) AS groups_moved
    FROM program_touch AS t
    JOIN group_move AS m ON m.buying_group_id = t.buying_group_id AND m.at >= t.occurred_at AND m.at <= t.until_at
    GROUP BY t.level, t.unit, t.buying_job
),

spent AS (
    SELECT 'tactic' AS level, s.tactic_id AS unit, s.currency, CAST(SUM(s.amount_cents) AS BIGINT) AS cost_cents
    FROM known_spend AS s
    GROUP BY s.tactic_id, s.currency
    UNION ALL
    SELECT 'program' AS level, t.program_id AS unit, s.currency, CAST(SUM(s.amount_cents) AS BIGINT) AS cost_cents
    FROM known_spend AS s
    JOIN known_tactic AS t ON t.tactic_id = s.tactic_id
    GROUP BY t.program_id, s.currency
),

-- Cents up to and with a job less those up to the job before: they add up to the cost.
running AS (
    SELECT
        r.level,
        r.unit,
        r.buying_job,
        r.touch_count,
        CAST(SUM(r.touch_count) OVER (
            PARTITION BY r.level, r.unit ORDER BY r.buying_job ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS up_to,
        CAST(SUM(r.touch_count) OVER (PARTITION BY r.level, r.unit) AS BIGINT) AS touches
    FROM reached AS r
    WHERE r.buying_job <> '(all)'
),

cost AS (
    SELECT s.level, s.unit, '(all)' AS buying_job, s.currency, s.cost_cents
    FROM spent AS s
    UNION ALL
    SELECT
        s.level,
        s.unit,
        r.buying_job,
        s.currency,
        INT_DIV(s.cost_cents * r.up_to, GREATEST(r.touches, 1)) - INT_DIV(s.cost_cents * (r.up_to - r.touch_count), GREATEST(r.touches, 1)) AS cost_cents
    FROM spent AS s
    JOIN running AS r ON r.level = s.level AND r.unit = s.unit
),

credited AS (
    SELECT i.level, i.unit, i.buying_job, i.currency, i.credit_cents, i.low_cents, i.high_cents
    FROM job_interval AS i
    WHERE i.unit <> '(other)'
),

-- Of several experiments on one programme the latest that can say something.
lifted AS (
    SELECT
        u.unit,
        u.per_1000,
        u.low_per_1000,
        u.high_per_1000,
        u.reason,
        ROW_NUMBER() OVER (
            PARTITION BY u.unit
            ORDER BY CASE WHEN u.per_1000 IS NULL THEN 1 ELSE 0 END, u.to_at DESC, u.experiment, u.design
        ) AS number
    FROM (
        SELECT
            COALESCE(f.program_id, f.experiment) AS unit,
            f.experiment,
            f.design,
            f.estimate_per_1000 AS per_1000,
            f.low_per_1000,
            f.high_per_1000,
            f.reason,
            COALESCE(f.to_at, 0) AS to_at
        FROM lift AS f
        WHERE COALESCE(f.outcome, 'openings') = 'openings'
    ) AS u
),

line AS (
    SELECT DISTINCT e.level, e.unit, e.buying_job, e.currency
    FROM (
        SELECT c.level, c.unit, c.buying_job, c.currency
        FROM credited AS c
        UNION ALL
        SELECT c.level, c.unit, c.buying_job, c.currency
        FROM cost AS c
        UNION ALL
        SELECT r.level, r.unit, r.buying_job, k.currency
        FROM reached AS r
        CROSS JOIN clock AS k
    ) AS e
)

SELECT
    l.level,
    l.unit,
    COALESCE(n.name, l.unit) AS name,
    l.buying_job,
    l.currency,
    COALESCE(r.touch_count, 0) AS touch_count,
    COALESCE(r.groups_reached, 0) AS groups_reached,
    COALESCE(r.people_reached, 0) AS people_reached,
    COALESCE(r.roles_reached, 0) AS roles_reached,
    COALESCE(r.new_members, 0) AS new_members,
    COALESCE(s.shares_started, 0) AS shares_started,
    COALESCE(m.moves_after, 0) AS moves_after,
    COALESCE(m.groups_moved, 0) AS groups_moved,
    COALESCE(c.credit_cents, 0) AS won_credit_cents,
    c.low_cents,
    c.high_cents,
    COALESCE(k.cost_cents, 0) AS cost_cents,
    CASE WHEN k.cost_cents > 0 THEN INT_DIV(k.cost_cents, NULLIF(m.groups_moved, 0)) END AS cost_per_group_moved_cents,
    CASE WHEN l.buying_job = '(all)' THEN f.per_1000 END AS lift_per_1000,
    CASE WHEN l.buying_job = '(all)' THEN f.low_per_1000 END AS lift_low_per_1000,
    CASE WHEN l.buying_job = '(all)' THEN f.high_per_1000 END AS lift_high_per_1000,
    CASE
        WHEN l.buying_job <> '(all)' THEN 'an experiment tells of the whole programme, not of one job'
        WHEN f.per_1000 IS NULL THEN COALESCE(f.reason, 'no accounts were held out of it')
    END AS lift_reason
FROM line AS l
LEFT JOIN lifted AS f ON f.unit = l.unit AND f.number = 1
LEFT JOIN known_tactic AS n ON n.tactic_id = l.unit
LEFT JOIN reached AS r ON r.level = l.level AND r.unit = l.unit AND r.buying_job = l.buying_job
LEFT JOIN shared AS s ON s.level = l.level AND s.unit = l.unit AND s.buying_job = l.buying_job
LEFT JOIN moved AS m ON m.level = l.level AND m.unit = l.unit AND m.buying_job = l.buying_job
LEFT JOIN credited AS c ON c.level = l.level AND c.unit = l.unit AND c.buying_job = l.buying_job AND c.currency = l.currency
LEFT JOIN cost AS k ON k.level = l.level AND k.unit = l.unit AND k.buying_job = l.buying_job AND k.currency = l.currency

-- Each experiment on accounts, when it began and ends, and which arms are written down: one listed in experiment_arm is named by its
-- tactic or programme, one drawn by the rules by its name. A programme begins with its tactics, or with its spend where they have no dates.
WITH family AS (
    SELECT t.tactic_id AS experiment, t.tactic_id
    FROM known_tactic AS t
    UNION ALL
    SELECT t.program_id AS experiment, t.tactic_id
    FROM known_tactic AS t
    WHERE t.program_id <> t.tactic_id
),

ran AS (
    SELECT
        f.experiment,
        MIN(t.starts_on) AS starts_on,
        MAX(t.ends_on) AS ends_on
    FROM family AS f
    JOIN tactic AS t ON t.tactic_id = f.tactic_id
    GROUP BY f.experiment
),

paid AS (
    SELECT f.experiment, MIN(s.spent_on) AS spent_on
    FROM family AS f
    JOIN known_spend AS s ON s.tactic_id = f.tactic_id
    GROUP BY f.experiment
),

listed AS (
    SELECT
        e.tactic_id AS experiment,
        MAX(e.known_at) AS known_at,
        MAX(CASE WHEN LOWER(e.arm) IN ('holdout', 'control') THEN 1 ELSE 0 END) = 1 AS has_holdout,
        MAX(CASE WHEN LOWER(e.arm) IN ('treated', 'treatment') THEN 1 ELSE 0 END) = 1 AS has_treated
    FROM experiment_arm AS e
    CROSS JOIN clock AS c
    WHERE e.known_at <= c.as_of_at
    GROUP BY e.tactic_id
),

called AS (
    SELECT x.name, MIN(t.program_id) AS program_id
    FROM rule_experiments AS x
    JOIN known_tactic AS t ON t.tactic_id = x.name OR t.name = x.name
    GROUP BY x.name
)

SELECT
    l.experiment,
    COALESCE(t.program_id, l.experiment) AS program_id,
    COALESCE(t.name, l.experiment) AS name,
    FALSE AS is_drawn,
    l.has_holdout,
    l.has_treated,
    CASE WHEN COALESCE(r.starts_on, p.spent_on) IS NOT NULL OR l.known_at > 0
        THEN GREATEST(COALESCE(r.starts_on, p.spent_on, 0), l.known_at) END AS starts_at,
    r.ends_on + 86400000000 AS ends_at
FROM listed AS l
LEFT JOIN known_tactic AS t ON t.tactic_id = l.experiment
LEFT JOIN ran AS r ON r.experiment = l.experiment
LEFT JOIN paid AS p ON p.experiment = l.experiment
UNION ALL
SELECT
    x.name AS experiment,
    n.program_id,
    x.name,
    TRUE AS is_drawn,
    TRUE AS has_holdout,
    TRUE AS has_treated,
    x.from_at AS starts_at,
    LEAST(x.ends_at, x.to_at) AS ends_at
FROM rule_experiments AS x
CROSS JOIN clock AS c
LEFT JOIN called AS n ON n.name = x.name
WHERE x.from_at <= c.as_of_at

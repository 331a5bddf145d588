-- Six ways in which something given to sales can be a defect, each judged once: by the first that tells, or when the time for verdicts
-- is over. Where nobody answered there is no verdict: silence is neither right nor wrong, except for the follow-up itself.
WITH decider AS (
    SELECT DISTINCT p.process, p.unit_id
    FROM given_person AS p
    JOIN given_unit AS g ON g.process = p.process AND g.unit_id = p.unit_id
    LEFT JOIN role_held AS r
        ON r.buying_group_id = g.buying_group_id
        AND r.person_id = p.person_id
        AND r.role IN ('decision_maker', 'economic_buyer')
        AND r.from_at <= p.at
        AND (r.to_at IS NULL OR p.at < r.to_at)
    LEFT JOIN person_rank AS k ON k.person_id = p.person_id AND k.title_known_at <= p.at AND k.seniority_rank >= 4
    WHERE r.person_id IS NOT NULL
    OR (g.buying_group_id IS NULL AND k.person_id IS NOT NULL)
),

worked AS (
    SELECT DISTINCT g.process, g.unit_id
    FROM given_unit AS g
    JOIN account_opportunity AS o
        ON o.account_id = g.account_id
        AND o.solution_id = g.solution_id
        AND o.part = g.part
        AND o.created_at <= g.at
        AND COALESCE(o.closed_at, 9000000000000000) > g.at
),

again AS (
    SELECT
        g.process,
        g.unit_id,
        g.at - LAG(g.at) OVER (PARTITION BY g.process, g.account_id, g.solution_id, g.part ORDER BY g.at, g.unit_id) AS since_us,
        g.again_us
    FROM given_unit AS g
    WHERE g.account_id IS NOT NULL
    AND g.solution_id IS NOT NULL
),

turned_out AS (
    SELECT
        p.process,
        p.unit_id,
        MIN(CASE WHEN a.account_id <> g.account_id THEN r.converted_at END) AS elsewhere_at
    FROM given_person AS p
    JOIN given_unit AS g ON g.process = p.process AND g.unit_id = p.unit_id
    JOIN known_person_record AS r ON r.person_record_id = p.person_record_id
    JOIN account_alias AS a ON a.account_record_id = r.converted_account_record_id
    WHERE r.converted_at >= p.at
    AND r.converted_at < p.verdict_at
    GROUP BY p.process, p.unit_id
),

-- An opportunity for another solution tells of a wrong one only where somebody whom sales was given is named on it.
named AS (
    SELECT p.process, p.unit_id, c.opportunity_id, c.known_at AS at
    FROM given_person AS p
    JOIN known_contact_role AS c ON c.person_record_id = p.person_record_id
    UNION ALL
    SELECT p.process, p.unit_id, r.converted_opportunity_id AS opportunity_id, r.converted_at AS at
    FROM given_person AS p
    JOIN known_person_record AS r ON r.person_record_id = p.person_record_id
    WHERE r.converted_opportunity_id IS NOT NULL
),

other_solution AS (
    SELECT n.process, n.unit_id, MIN(GREATEST(o.created_at, n.at)) AS at
    FROM named AS n
    JOIN given_unit AS g ON g.process = n.process AND g.unit_id = n.unit_id
    JOIN account_opportunity AS o ON o.opportunity_id = n.opportunity_id
    WHERE o.solution_id <> g.solution_id
    AND o.solution_id <> 'unspecified'
    AND g.solution_id <> 'unspecified'
    AND o.created_at >= g.at
    AND GREATEST(o.created_at, n.at) < g.verdict_at
    GROUP BY n.process, n.unit_id
),

answered AS (
    SELECT
        a.process,
        a.unit_id,
        MIN(CASE WHEN a.concerns = 'account' THEN a.at END) AS account_at,
        MIN(CASE WHEN a.concerns = 'cycle' THEN a.at END) AS cycle_at,
        MIN(CASE WHEN a.concerns = 'solution' THEN a.at END) AS solution_at,
        MIN(CASE WHEN a.concerns IN ('authority', 'person') THEN a.at END) AS authority_at,
        MIN(CASE WHEN a.concerns = 'duplicate' THEN a.at END) AS duplicate_at,
        MIN(CASE WHEN a.answer = 'opened' THEN a.at END) AS opened_at,
        MIN(a.at) AS first_at
    FROM given_answer AS a
    GROUP BY a.process, a.unit_id
),

seen AS (
    SELECT
        g.process,
        g.unit_id,
        g.at,
        g.due_at,
        g.verdict_at,
        g.follow_up,
        g.first_action_at,
        CASE WHEN g.account_id IS NULL THEN g.at END AS unresolved_at,
        g.solution_id,
        t.elsewhere_at,
        s.at AS other_solution_at,
        CASE WHEN d.unit_id IS NULL THEN g.at END AS nobody_decides_at,
        CASE WHEN w.unit_id IS NOT NULL OR i.since_us <= i.again_us THEN g.at END AS worked_at,
        a.account_at,
        a.cycle_at,
        a.solution_at,
        a.authority_at,
        a.duplicate_at,
        a.opened_at,
        a.first_at
    FROM given AS g
    LEFT JOIN answered AS a ON a.process = g.process AND a.unit_id = g.unit_id
    LEFT JOIN turned_out AS t ON t.process = g.process AND t.unit_id = g.unit_id
    LEFT JOIN other_solution AS s ON s.process = g.process AND s.unit_id = g.unit_id
    LEFT JOIN decider AS d ON d.process = g.process AND d.unit_id = g.unit_id
    LEFT JOIN worked AS w ON w.process = g.process AND w.unit_id = g.unit_id
    LEFT JOIN again AS i ON i.process = g.process AND i.unit_id = g.unit_id
),

-- For each kind: when it was first seen to be wrong, when it was first seen to be right, and whether the end of the time settles it.
told AS (
    SELECT
        s.process, s.unit_id, s.at, s.verdict_at, 'wrong_account' AS defect,
        LEAST(COALESCE(s.unresolved_at, 9000000000000000), COALESCE(s.account_at, 9000000000000000), COALESCE(s.elsewhere_at, 9000000000000000)) AS wrong_at,
        COALESCE(s.opened_at, 9000000000000000) AS right_at,
        TRUE AS is_settled,
        CASE
            WHEN s.unresolved_at IS NOT NULL THEN 'no account known'
            WHEN s.account_at IS NOT NULL THEN 'sales said so'
            ELSE 'converted at another account'
        END AS basis
    FROM seen AS s
    UNION ALL
    SELECT
        s.process, s.unit_id, s.at, s.verdict_at, 'not_in_cycle' AS defect,
        COALESCE(s.cycle_at, 9000000000000000) AS wrong_at,
        COALESCE(s.opened_at, 9000000000000000) AS right_at,
        CASE WHEN s.first_at IS NOT NULL THEN TRUE ELSE FALSE END AS is_settled,
        'sales said so' AS basis
    FROM seen AS s
    UNION ALL
    SELECT
        s.process, s.unit_id, s.at, s.verdict_at, 'wrong_solution' AS defect,
        LEAST(COALESCE(s.solution_at, 9000000000000000), COALESCE(s.other_solution_at, 9000000000000000)) AS wrong_at,
        COALESCE(s.opened_at, 9000000000000000) AS right_at,
        CASE WHEN s.first_at IS NOT NULL THEN TRUE ELSE FALSE END AS is_settled,
        CASE WHEN s.solution_at IS NOT NULL THEN 'sales said so' ELSE 'bought another solution' END AS basis
    FROM seen AS s
    WHERE s.solution_id IS NOT NULL
    UNION ALL
    SELECT
        s.process, s.unit_id, s.at, s.verdict_at, 'no_decision_maker' AS defect,
        LEAST(COALESCE(s.nobody_decides_at, 9000000000000000), COALESCE(s.authority_at, 9000000000000000)) AS wrong_at,
        9000000000000000 AS right_at,
        TRUE AS is_settled,
        CASE WHEN s.nobody_decides_at IS NOT NULL THEN 'nobody who can decide' ELSE 'sales said so' END AS basis
    FROM seen AS s
    UNION ALL
    SELECT
        s.process, s.unit_id, s.at, s.verdict_at, 'duplicate' AS defect,
        LEAST(COALESCE(s.worked_at, 9000000000000000), COALESCE(s.duplicate_at, 9000000000000000)) AS wrong_at,
        9000000000000000 AS right_at,
        TRUE AS is_settled,
        CASE WHEN s.worked_at IS NOT NULL THEN 'already with sales' ELSE 'sales said so' END AS basis
    FROM seen AS s
    UNION ALL
    SELECT
        s.process, s.unit_id, s.at, s.verdict_at, 'no_follow_up' AS defect,
        CASE WHEN s.follow_up IN ('late', 'none') THEN s.due_at ELSE 9000000000000000 END AS wrong_at,
        CASE WHEN s.follow_up = 'in time' THEN s.first_action_at ELSE 9000000000000000 END AS right_at,
        FALSE AS is_settled,
        'not acted on in time' AS basis
    FROM seen AS s
)

SELECT
    t.process,
    t.unit_id,
    t.defect,
    t.at,
    CASE
        WHEN t.wrong_at <= c.as_of_at AND t.wrong_at <= t.right_at THEN TRUE
        WHEN t.right_at <= c.as_of_at THEN FALSE
        WHEN t.verdict_at <= c.as_of_at AND t.is_settled THEN FALSE
    END AS is_defect,
    CASE WHEN t.wrong_at <= c.as_of_at AND t.wrong_at <= t.right_at THEN t.basis END AS basis,
    CASE
        WHEN t.wrong_at <= c.as_of_at AND t.wrong_at <= t.right_at THEN t.wrong_at
        WHEN t.right_at <= c.as_of_at THEN t.right_at
        WHEN t.verdict_at <= c.as_of_at AND t.is_settled THEN t.verdict_at
    END AS judged_at
FROM told AS t
CROSS JOIN clock AS c

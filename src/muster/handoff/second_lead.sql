-- What became of every second lead, and the opportunity nearest in time of the same account (and solution, where known): its
-- dollars are related to the lead, not lost with it.
WITH nearest AS (
    SELECT
        l.person_id,
        l.at,
        o.opportunity_id,
        o.solution_id,
        o.amount_cents,
        o.currency,
        ROW_NUMBER() OVER (
            PARTITION BY l.person_id, l.at
            ORDER BY CASE WHEN o.solution_id = l.solution_id THEN 0 ELSE 1 END, ABS(o.created_at - l.at), o.opportunity_id
        ) AS number
    FROM later_lead AS l
    JOIN rule_policy AS p ON p.from_at <= l.at AND l.at < p.to_at
    JOIN account_opportunity AS o
        ON o.account_id = l.account_id AND o.created_at >= l.at - p.second_lead_us AND o.created_at <= l.at + p.second_lead_us
),

named AS (
    SELECT
        a.person_id,
        r.opportunity_id
    FROM known_contact_role AS r
    JOIN person_alias AS a ON a.person_record_id = r.person_record_id
    UNION ALL
    SELECT
        a.person_id,
        r.converted_opportunity_id AS opportunity_id
    FROM known_person_record AS r
    JOIN person_alias AS a ON a.person_record_id = r.person_record_id
    WHERE r.converted_opportunity_id IS NOT NULL
),

attached AS (
    SELECT
        l.person_id,
        l.at,
        MIN(CASE WHEN o.solution_id = COALESCE(l.solution_id, o.solution_id) THEN 0 ELSE 1 END) AS is_elsewhere
    FROM later_lead AS l
    JOIN named AS n ON n.person_id = l.person_id
    JOIN rule_policy AS p ON p.from_at <= l.at AND l.at < p.to_at
    JOIN account_opportunity AS o
        ON o.opportunity_id = n.opportunity_id
        AND o.account_id = l.account_id
        AND o.created_at <= l.at + p.second_lead_us
        AND COALESCE(o.closed_at, 9000000000000000) >= l.at - p.second_lead_us
    GROUP BY l.person_id, l.at
),

other AS (
    SELECT DISTINCT l.person_id, l.at
    FROM later_lead AS l
    JOIN worked_account AS w
        ON w.account_id = l.account_id AND w.solution_id IS NOT NULL AND w.solution_id <> l.solution_id
        AND w.from_at < l.at AND l.at < w.to_at
    LEFT JOIN worked_account AS s
        ON s.account_id = l.account_id AND s.solution_id = l.solution_id AND s.from_at < l.at AND l.at < s.to_at
    WHERE s.account_id IS NULL
)

SELECT
    l.person_id,
    l.person_record_id,
    l.account_id,
    l.solution_id,
    l.buying_group_id,
    l.at,
    CASE
        WHEN l.is_duplicate = 1 AND o.person_id IS NOT NULL THEN 'other_solution'
        WHEN l.is_duplicate = 1 THEN 'dropped_duplicate'
        WHEN a.is_elsewhere = 0 THEN 'attached'
        WHEN a.is_elsewhere = 1 THEN 'misfiled'
        WHEN o.person_id IS NOT NULL THEN 'other_solution'
        ELSE 'left_alone'
    END AS fate,
    n.opportunity_id,
    n.amount_cents,
    n.currency
FROM later_lead AS l
LEFT JOIN nearest AS n ON n.person_id = l.person_id AND n.at = l.at AND n.number = 1
LEFT JOIN attached AS a ON a.person_id = l.person_id AND a.at = l.at
LEFT JOIN other AS o ON o.person_id = l.person_id AND o.at = l.at

-- How each thing given to sales went on: taken up, rejected, opened within the weeks that its chance is about, and how that
-- opportunity ended.
WITH answered AS (
    SELECT
        a.process,
        a.unit_id,
        MIN(CASE WHEN a.answer IN ('acted', 'accepted', 'opened') THEN a.at END) AS taken_up_at,
        MIN(CASE WHEN a.answer = 'rejected' THEN a.at END) AS rejected_at
    FROM given_answer AS a
    GROUP BY a.process, a.unit_id
),

asked AS (
    SELECT
        g.process,
        g.unit_id,
        g.account_id,
        g.solution_id,
        g.part,
        g.at,
        g.at + r.horizon_us AS ends_at
    FROM given_unit AS g
    JOIN rule_chances AS r ON r.from_at <= g.at AND g.at < r.to_at
),

opened AS (
    SELECT
        g.process,
        g.unit_id,
        o.created_at,
        o.closed_at,
        o.is_won,
        ROW_NUMBER() OVER (PARTITION BY g.process, g.unit_id ORDER BY o.created_at, o.opportunity_id) AS number
    FROM asked AS g
    JOIN account_opportunity AS o
        ON o.account_id = g.account_id
        AND o.solution_id = g.solution_id
        AND o.part = g.part
        AND o.created_at > g.at
        AND o.created_at <= g.ends_at
    WHERE COALESCE(o.type, '') <> 'renewal'
)

SELECT
    g.process,
    g.unit_id,
    g.at,
    g.verdict_at,
    k.ends_at,
    g.p_open,
    a.taken_up_at,
    a.rejected_at,
    o.created_at AS opened_at,
    o.closed_at,
    COALESCE(o.is_won, FALSE) AS is_won
FROM given AS g
JOIN asked AS k ON k.process = g.process AND k.unit_id = g.unit_id
LEFT JOIN answered AS a ON a.process = g.process AND a.unit_id = g.unit_id
LEFT JOIN opened AS o ON o.process = g.process AND o.unit_id = g.unit_id AND o.number = 1

-- The company's own weights (rules/credit_weights.csv, those in force when the opportunity was created): for each milestone, and for all
-- touches between together.
WITH weight AS (
    SELECT
        o.opportunity_id,
        CAST(SUM(CASE WHEN r.position = 'first_touch' THEN r.weight ELSE 0 END) AS BIGINT) AS first_touch,
        CAST(SUM(CASE WHEN r.position = 'lead_creation' THEN r.weight ELSE 0 END) AS BIGINT) AS lead_creation,
        CAST(SUM(CASE WHEN r.position = 'opportunity_creation' THEN r.weight ELSE 0 END) AS BIGINT) AS opportunity_creation,
        CAST(SUM(CASE WHEN r.position = 'closing' THEN r.weight ELSE 0 END) AS BIGINT) AS closing,
        CAST(SUM(CASE WHEN r.position = 'middle' THEN r.weight ELSE 0 END) AS BIGINT) AS middle
    FROM account_opportunity AS o
    JOIN rule_credit_weights AS r ON r.from_at <= o.created_at AND o.created_at < r.to_at
    GROUP BY o.opportunity_id
),

placed AS (
    SELECT
        m.opportunity_id,
        m.position,
        m.is_first * w.first_touch + m.is_lead * w.lead_creation + m.is_creation * w.opportunity_creation
            + m.is_closing * w.closing AS weight,
        CASE
            WHEN m.is_first * w.first_touch + m.is_lead * w.lead_creation + m.is_creation * w.opportunity_creation
                + m.is_closing * w.closing = 0 THEN 1
            ELSE 0
        END AS is_middle,
        w.middle
    FROM milestone AS m
    JOIN weight AS w ON w.opportunity_id = m.opportunity_id
),

counted AS (
    SELECT p.opportunity_id, CAST(SUM(p.is_middle) AS BIGINT) AS touches
    FROM placed AS p
    GROUP BY p.opportunity_id
)

SELECT
    p.opportunity_id,
    p.position,
    CASE WHEN p.is_middle = 1 THEN p.middle ELSE GREATEST(c.touches, 1) * p.weight END AS weight
FROM placed AS p
JOIN counted AS c ON c.opportunity_id = p.opportunity_id

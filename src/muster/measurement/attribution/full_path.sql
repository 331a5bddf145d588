-- 22.5 % each to first touch, lead, opportunity creation and closing, 10 % to the m touches between: 9 m to their 4.
WITH middle AS (
    SELECT
        m.opportunity_id,
        CAST(SUM(CASE WHEN m.is_first + m.is_lead + m.is_creation + m.is_closing = 0 THEN 1 ELSE 0 END) AS BIGINT) AS touches
    FROM milestone AS m
    GROUP BY m.opportunity_id
)

SELECT
    m.opportunity_id,
    m.position,
    CASE
        WHEN m.is_first + m.is_lead + m.is_creation + m.is_closing = 0 THEN 4
        ELSE GREATEST(9 * c.touches, 1) * (m.is_first + m.is_lead + m.is_creation + m.is_closing)
    END AS weight
FROM milestone AS m
JOIN middle AS c ON c.opportunity_id = m.opportunity_id

-- 30 % each to first touch, lead and opportunity creation, 10 % to the m touches between: 3 m to their 1.
WITH middle AS (
    SELECT
        m.opportunity_id,
        CAST(SUM(CASE WHEN m.is_first + m.is_lead + m.is_creation = 0 THEN 1 ELSE 0 END) AS BIGINT) AS touches
    FROM milestone AS m
    GROUP BY m.opportunity_id
)

SELECT
    m.opportunity_id,
    m.position,
    CASE
        WHEN m.is_first + m.is_lead + m.is_creation = 0 THEN 1
        ELSE GREATEST(3 * c.touches, 1) * (m.is_first + m.is_lead + m.is_creation)
    END AS weight
FROM milestone AS m
JOIN middle AS c ON c.opportunity_id = m.opportunity_id

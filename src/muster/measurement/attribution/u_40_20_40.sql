-- 40 % to the first touch, 40 % to the one at which a person became known, 20 % to the m touches between: 2 m to their 1.
WITH middle AS (
    SELECT
        m.opportunity_id,
        CAST(SUM(CASE WHEN m.is_first + m.is_lead = 0 THEN 1 ELSE 0 END) AS BIGINT) AS touches
    FROM milestone AS m
    GROUP BY m.opportunity_id
)

SELECT
    m.opportunity_id,
    m.position,
    CASE
        WHEN m.is_first + m.is_lead = 0 THEN 1
        ELSE GREATEST(2 * c.touches, 1) * (m.is_first + m.is_lead)
    END AS weight
FROM milestone AS m
JOIN middle AS c ON c.opportunity_id = m.opportunity_id

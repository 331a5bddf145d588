-- Half to the first touch, half to the one at which a person became known.
SELECT m.opportunity_id, m.position, CAST(m.is_first + m.is_lead AS BIGINT) AS weight
FROM milestone AS m
WHERE m.is_first + m.is_lead > 0

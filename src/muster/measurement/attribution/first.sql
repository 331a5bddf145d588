-- Everything to the first touch.
SELECT m.opportunity_id, m.position, CAST(1 AS BIGINT) AS weight
FROM milestone AS m
WHERE m.is_first = 1

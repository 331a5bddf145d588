-- The same to every touch.
SELECT m.opportunity_id, m.position, CAST(1 AS BIGINT) AS weight
FROM milestone AS m

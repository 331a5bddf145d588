-- Everything to the last touch before the opportunity was created.
SELECT m.opportunity_id, m.position, CAST(1 AS BIGINT) AS weight
FROM milestone AS m
WHERE m.is_creation = 1

-- When the old process raised each lead: its recorded MQL. Where the records hold no MQL at all, the day its lead was created.
WITH recorded AS (
    SELECT COUNT(*) AS mqls
    FROM known_lead_status AS s
    WHERE s.status = 'mql'
)

SELECT s.person_record_id, s.changed_at AS at
FROM known_lead_status AS s
WHERE s.status = 'mql'
UNION ALL
SELECT r.person_record_id, r.known_at AS at
FROM known_person_record AS r
CROSS JOIN recorded AS m
WHERE r.kind = 'lead'
AND m.mqls = 0

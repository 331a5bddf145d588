-- The old lead process up to the date: recorded MQLs, acceptances, rejections.
SELECT
    s.person_record_id,
    s.status,
    s.reason,
    CASE WHEN LOWER(COALESCE(s.reason, '')) LIKE '%duplicate%' THEN TRUE ELSE FALSE END AS is_duplicate,
    s.changed_at
FROM lead_status_change AS s
CROSS JOIN clock AS c
WHERE s.known_at <= c.as_of_at
AND s.changed_at <= c.as_of_at

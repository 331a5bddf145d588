-- Since when the company's own tracking shows people taking part: until then a CRM's bare campaign responses and forms are all
-- there is, and make members.
SELECT COALESCE(MIN(e.known_at), 9000000000000000) AS from_at
FROM known_engagement AS e
JOIN rule_activity_weights AS w
    ON w.activity = e.activity AND w.from_at <= e.occurred_at AND e.occurred_at < w.to_at
WHERE w.is_participation
AND NOT e.is_machine

-- Contact roles entered by the date, with the role the CRM's word means; the CRM's roles are entered by hand and often wrong.
SELECT
    r.contact_role_id,
    r.opportunity_id,
    r.person_record_id,
    m.role,
    GREATEST(r.known_at, COALESCE(r.created_at, 0)) AS known_at
FROM contact_role AS r
CROSS JOIN clock AS c
LEFT JOIN rule_contact_roles AS m
    ON LOWER(m.said) = LOWER(r.role) AND m.from_at <= c.as_of_at AND c.as_of_at < m.to_at
WHERE r.known_at <= c.as_of_at
AND COALESCE(r.created_at, 0) <= c.as_of_at

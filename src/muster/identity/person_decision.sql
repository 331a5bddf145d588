-- What people decided about which records and addresses are one person.
SELECT
    d.kind,
    d.subject_id,
    d.other_id,
    d.decided_at
FROM identity_decision AS d
WHERE d.about = 'person'

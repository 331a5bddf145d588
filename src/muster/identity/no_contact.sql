-- People whom nobody may contact any more, since when and by what: no mail, and no call or no telephone number; or no legal basis.
WITH said AS (
    SELECT
        a.person_id,
        MIN(r.no_mail_at) AS no_mail_at,
        MIN(r.no_call_at) AS no_call_at,
        MAX(CASE WHEN r.phone IS NULL THEN 0 ELSE 1 END) AS has_phone,
        MIN(CASE WHEN NOT b.may_contact THEN r.known_at END) AS no_basis_at
    FROM person_alias AS a
    JOIN known_person_record AS r ON r.person_record_id = a.person_record_id
    LEFT JOIN reading_legal_basis AS b ON b.legal_basis = r.legal_basis
    GROUP BY a.person_id
),

silent AS (
    SELECT
        s.person_id,
        s.no_basis_at,
        CASE
            WHEN s.no_mail_at IS NULL THEN NULL
            WHEN s.has_phone = 0 THEN s.no_mail_at
            WHEN s.no_call_at IS NOT NULL THEN GREATEST(s.no_mail_at, s.no_call_at)
        END AS opted_out_at
    FROM said AS s
)

SELECT
    s.person_id,
    LEAST(COALESCE(s.opted_out_at, 9000000000000000), COALESCE(s.no_basis_at, 9000000000000000)) AS at
FROM silent AS s
WHERE s.opted_out_at IS NOT NULL
OR s.no_basis_at IS NOT NULL

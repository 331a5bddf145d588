-- Leads and contacts that existed as of the date; conversions, merges and opting out count from the day they were known. A record that
-- was deleted for another reason than a merge is nobody's: what its address did still counts by the address.
SELECT
    r.person_record_id,
    r.kind,
    r.email,
    r.given_name,
    r.family_name,
    r.company_name,
    r.account_record_id,
    r.title,
    r.business_unit,
    r.owner_id,
    r.lead_source,
    CASE WHEN r.converted_at <= c.as_of_at THEN r.converted_person_record_id END AS converted_person_record_id,
    CASE WHEN r.converted_at <= c.as_of_at THEN r.converted_account_record_id END AS converted_account_record_id,
    CASE WHEN r.converted_at <= c.as_of_at THEN r.converted_opportunity_id END AS converted_opportunity_id,
    CASE WHEN r.converted_at <= c.as_of_at THEN r.converted_at END AS converted_at,
    CASE WHEN COALESCE(r.merged_at, 0) <= c.as_of_at THEN r.merged_into_id END AS merged_into_id,
    r.phone,
    CASE WHEN GREATEST(COALESCE(r.opted_out_at, 0), r.known_at) <= c.as_of_at AND COALESCE(r.has_opted_out, FALSE)
        THEN GREATEST(COALESCE(r.opted_out_at, 0), r.known_at) END AS no_mail_at,
    CASE WHEN GREATEST(COALESCE(r.opted_out_at, 0), r.known_at) <= c.as_of_at AND COALESCE(r.has_opted_out_of_calls, FALSE)
        THEN GREATEST(COALESCE(r.opted_out_at, 0), r.known_at) END AS no_call_at,
    r.legal_basis,
    r.known_at
FROM person_record AS r
CROSS JOIN clock AS c
WHERE r.known_at <= c.as_of_at
AND (NOT COALESCE(r.is_deleted, FALSE) OR r.merged_into_id IS NOT NULL)

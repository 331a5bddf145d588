-- Account records that existed as of the date; a merge counts from the day it was known. A record
-- that was deleted for another reason than a merge is no account.
SELECT
    r.account_record_id,
    r.name,
    r.website,
    r.industry,
    r.employee_count,
    r.country,
    r.region,
    r.parent_record_id,
    r.owner_id,
    r.type,
    CASE WHEN COALESCE(r.merged_at, 0) <= c.as_of_at THEN r.merged_into_id END AS merged_into_id,
    r.known_at
FROM account_record AS r
CROSS JOIN clock AS c
WHERE r.known_at <= c.as_of_at
AND (NOT COALESCE(r.is_deleted, FALSE) OR r.merged_into_id IS NOT NULL)

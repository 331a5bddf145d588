-- Account records that existed as of the date; a merge counts from the day it was known.
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
    CASE WHEN COALESCE(r.merged_at, 0) <= c.as_of_at THEN r.merged_into_id END AS merged_into_id,
    r.known_at
FROM account_record AS r
CROSS JOIN clock AS c
WHERE r.known_at <= c.as_of_at

-- What is compared of each account record: its name, country, parent, and the domain of its website.
SELECT
    r.account_record_id,
    r.name,
    r.country,
    r.parent_record_id,
    CASE WHEN x.domain IS NULL THEN d.domain END AS domain,
    r.known_at
FROM known_account_record AS r
LEFT JOIN reading_domain AS d ON d.said = r.website
LEFT JOIN shared_domain AS x ON x.domain = d.domain

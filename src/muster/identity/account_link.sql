-- What joins account records: a merge, the same company domain, or the same name where at most one domain is known for it.
-- Records with the same domain but a parent above one of them stay apart: a subsidiary is not its parent.
WITH record AS (
    SELECT
        r.account_record_id,
        r.merged_into_id,
        r.parent_record_id,
        CASE WHEN d.domain IS NOT NULL AND x.domain IS NULL THEN d.domain END AS domain,
        n.name_key
    FROM known_account_record AS r
    LEFT JOIN reading_domain AS d ON d.said = r.website
    LEFT JOIN shared_domain AS x ON x.domain = d.domain
    LEFT JOIN reading_company AS n ON n.said = r.name
),

name_domains AS (
    SELECT
        r.name_key,
        COUNT(DISTINCT r.domain) AS domain_count
    FROM record AS r
    WHERE r.name_key IS NOT NULL
    GROUP BY r.name_key
)

SELECT
    'r:' || r.account_record_id AS left_key,
    'r:' || r.merged_into_id AS right_key,
    'merged_record' AS method
FROM record AS r
WHERE r.merged_into_id IS NOT NULL
UNION ALL
SELECT
    'r:' || r.account_record_id AS left_key,
    'd:' || r.domain AS right_key,
    'same_domain' AS method
FROM record AS r
WHERE r.domain IS NOT NULL
AND r.parent_record_id IS NULL
UNION ALL
SELECT
    'r:' || r.account_record_id AS left_key,
    'n:' || r.name_key AS right_key,
    'same_name' AS method
FROM record AS r
JOIN name_domains AS n ON n.name_key = r.name_key
WHERE n.domain_count <= 1
AND r.parent_record_id IS NULL

-- What joins account records: a merge, the same company domain, or the same name where at most one domain is known for it,
-- in the same country. A record with the domain of its own parent stays apart: a subsidiary is not its parent.
WITH record AS (
    SELECT
        r.account_record_id,
        r.merged_into_id,
        r.parent_record_id,
        CASE WHEN d.domain IS NOT NULL AND x.domain IS NULL THEN d.domain END AS domain,
        n.name_key,
        COALESCE(r.country, '') AS country,
        p.account_record_id AS twin_parent_id
    FROM known_account_record AS r
    LEFT JOIN reading_domain AS d ON d.said = r.website
    LEFT JOIN shared_domain AS x ON x.domain = d.domain
    LEFT JOIN reading_company AS n ON n.said = r.name
    LEFT JOIN known_account_record AS q ON q.account_record_id = r.parent_record_id
    LEFT JOIN reading_domain AS e ON e.said = q.website
    LEFT JOIN known_account_record AS p ON p.account_record_id = r.parent_record_id AND e.domain = d.domain
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
AND r.twin_parent_id IS NULL
UNION ALL
SELECT
    'r:' || r.account_record_id AS left_key,
    'n:' || r.country || ':' || r.name_key AS right_key,
    'same_name' AS method
FROM record AS r
JOIN name_domains AS n ON n.name_key = r.name_key
WHERE n.domain_count <= 1
AND r.parent_record_id IS NULL

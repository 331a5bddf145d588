-- Domains that an account record has: its website, further domains it names, and those its people write from.
WITH further AS (
    SELECT
        r.account_record_id,
        f.domain
    FROM known_account_record AS r
    JOIN account_record AS a ON a.account_record_id = r.account_record_id
    JOIN reading_further_domain AS f ON f.said = a.domains
),

stated AS (
    SELECT DISTINCT s.account_record_id, s.domain
    FROM (
        SELECT r.account_record_id, r.domain
        FROM compared_account AS r
        WHERE r.domain IS NOT NULL
        UNION ALL
        SELECT f.account_record_id, f.domain
        FROM further AS f
        LEFT JOIN shared_domain AS x ON x.domain = f.domain
        WHERE x.domain IS NULL
    ) AS s
),

written AS (
    SELECT
        r.account_record_id,
        e.domain,
        COUNT(DISTINCT r.email) AS people_count
    FROM known_person_record AS r
    JOIN known_account_record AS a ON a.account_record_id = r.account_record_id
    JOIN reading_email AS e ON e.email = r.email
    LEFT JOIN shared_domain AS x ON x.domain = e.domain
    WHERE e.domain IS NOT NULL
    AND x.domain IS NULL
    GROUP BY r.account_record_id, e.domain
)

SELECT
    s.account_record_id,
    s.domain,
    TRUE AS is_stated,
    COALESCE(w.people_count, 0) AS people_count
FROM stated AS s
LEFT JOIN written AS w ON w.account_record_id = s.account_record_id AND w.domain = s.domain
UNION ALL
SELECT
    w.account_record_id,
    w.domain,
    FALSE AS is_stated,
    w.people_count
FROM written AS w
LEFT JOIN stated AS s ON s.account_record_id = w.account_record_id AND s.domain = w.domain
WHERE s.domain IS NULL

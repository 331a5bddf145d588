-- Every key that stands for an account, its cluster, and since when it was known: records, and domains seen on people or visits.
WITH seen AS (
    SELECT
        'r:' || r.account_record_id AS key,
        r.known_at
    FROM known_account_record AS r
    UNION ALL
    SELECT
        'd:' || m.domain AS key,
        m.known_at
    FROM mail_address AS m
    WHERE m.domain IS NOT NULL
    UNION ALL
    SELECT
        'd:' || d.domain AS key,
        v.known_at
    FROM (
        SELECT e.company_domain, MIN(e.known_at) AS known_at
        FROM known_engagement AS e
        WHERE e.company_domain IS NOT NULL
        GROUP BY e.company_domain
    ) AS v
    JOIN reading_network AS d ON d.said = v.company_domain
    LEFT JOIN shared_domain AS x ON x.domain = d.domain
    WHERE d.domain IS NOT NULL
    AND x.domain IS NULL
),

first_seen AS (
    SELECT
        s.key,
        MIN(s.known_at) AS known_at
    FROM seen AS s
    GROUP BY s.key
),

clustered AS (
    SELECT
        f.key,
        COALESCE(c.cluster_key, f.key) AS cluster_key,
        f.known_at
    FROM first_seen AS f
    LEFT JOIN account_cluster AS c ON c.key = f.key
),

ranked AS (
    SELECT
        c.key,
        c.cluster_key,
        c.known_at,
        ROW_NUMBER() OVER (PARTITION BY c.cluster_key ORDER BY c.known_at, c.key) AS age_rank
    FROM clustered AS c
)

SELECT
    r.key,
    'a' || SUBSTRING(MD5(f.key), 1, 16) AS account_id,
    r.known_at,
    f.known_at AS first_known_at
FROM ranked AS r
JOIN ranked AS f ON f.cluster_key = r.cluster_key AND f.age_rank = 1

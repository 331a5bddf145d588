-- Every key that stands for a person (an address of one's own, or a record that stands for itself) and the person it belongs to.
-- The id comes from the key known first, so that later records join it without changing it.
WITH seen AS (
    SELECT
        'e:' || m.email AS key,
        m.known_at
    FROM mail_address AS m
    WHERE NOT m.is_shared
    AND NOT m.is_own
    UNION ALL
    SELECT
        k.key,
        k.known_at
    FROM record_key AS k
    WHERE k.key = 'r:' || k.person_record_id
),

clustered AS (
    SELECT
        s.key,
        COALESCE(c.cluster_key, s.key) AS cluster_key,
        s.known_at
    FROM seen AS s
    LEFT JOIN person_cluster AS c ON c.key = s.key
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
    'p' || SUBSTRING(MD5(f.key), 1, 16) AS person_id,
    r.known_at,
    f.known_at AS first_known_at
FROM ranked AS r
JOIN ranked AS f ON f.cluster_key = r.cluster_key AND f.age_rank = 1

-- Every address that records or engagements use: its company domain, whether one person stands behind it, since when known.
-- A test address is as good as our own: nobody's.
WITH seen AS (
    SELECT r.email, r.known_at
    FROM known_person_record AS r
    WHERE r.email IS NOT NULL
    UNION ALL
    SELECT e.email, MIN(e.known_at) AS known_at
    FROM known_engagement AS e
    WHERE e.email IS NOT NULL
    GROUP BY e.email
),

name_count AS (
    SELECT
        r.email,
        COUNT(DISTINCT LOWER(COALESCE(r.given_name, '')) || ' ' || LOWER(COALESCE(r.family_name, ''))) AS names
    FROM known_person_record AS r
    WHERE r.email IS NOT NULL
    GROUP BY r.email
)

SELECT
    s.email,
    MAX(CASE WHEN d.domain IS NULL THEN e.domain END) AS domain,
    MAX(e.host) AS host,
    MAX(CASE WHEN e.is_shared OR COALESCE(n.names, 0) > 3 THEN 1 ELSE 0 END) = 1 AS is_shared,
    MAX(CASE WHEN e.is_own OR e.is_test THEN 1 ELSE 0 END) = 1 AS is_own,
    MIN(s.known_at) AS known_at
FROM seen AS s
JOIN reading_email AS e ON e.email = s.email
LEFT JOIN shared_domain AS d ON d.domain = e.domain
LEFT JOIN name_count AS n ON n.email = s.email
GROUP BY s.email

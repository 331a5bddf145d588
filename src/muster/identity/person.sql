-- People, a row for each stretch at one account. Name and title come from the earliest record that has them.
WITH record AS (
    SELECT
        p.person_id,
        r.given_name,
        r.family_name,
        r.email,
        r.title,
        r.known_at,
        r.owner_id,
        ROW_NUMBER() OVER (PARTITION BY p.person_id ORDER BY r.known_at, r.person_record_id) AS age_rank
    FROM person_alias AS p
    JOIN known_person_record AS r ON r.person_record_id = p.person_record_id
),

first_having AS (
    SELECT
        r.person_id,
        MIN(CASE WHEN r.family_name IS NOT NULL THEN r.age_rank END) AS name_rank,
        MIN(CASE WHEN r.title IS NOT NULL THEN r.age_rank END) AS title_rank,
        MIN(CASE WHEN r.email IS NOT NULL THEN r.age_rank END) AS email_rank
    FROM record AS r
    GROUP BY r.person_id
),

address AS (
    SELECT
        k.person_id,
        MIN(k.first_known_at) AS first_known_at
    FROM person_key AS k
    GROUP BY k.person_id
),

first_address AS (
    SELECT
        k.person_id,
        SUBSTRING(k.key, 3) AS email,
        ROW_NUMBER() OVER (PARTITION BY k.person_id ORDER BY k.known_at, k.key) AS number
    FROM person_key AS k
    WHERE k.key LIKE 'e:%'
)

SELECT
    a.person_id,
    CASE
        WHEN n.family_name IS NULL THEN COALESCE(e.email, d.email)
        WHEN n.given_name IS NULL THEN n.family_name
        ELSE n.given_name || ' ' || n.family_name
    END AS name,
    COALESCE(e.email, d.email) AS email,
    n.known_at AS name_known_at,
    d.email AS first_email,
    t.title,
    t.known_at AS title_known_at,
    COALESCE(w.function, 'unknown') AS function,
    COALESCE(w.seniority, 'unknown') AS seniority,
    COALESCE(w.seniority_rank, 0) AS seniority_rank,
    s.account_id,
    s.method AS account_method,
    COALESCE(s.valid_from, 0) AS valid_from,
    s.valid_to,
    o.owner_id,
    a.first_known_at
FROM address AS a
LEFT JOIN first_address AS d ON d.person_id = a.person_id AND d.number = 1
LEFT JOIN first_having AS f ON f.person_id = a.person_id
LEFT JOIN record AS n ON n.person_id = a.person_id AND n.age_rank = f.name_rank
LEFT JOIN record AS t ON t.person_id = a.person_id AND t.age_rank = f.title_rank
LEFT JOIN record AS e ON e.person_id = a.person_id AND e.age_rank = f.email_rank
LEFT JOIN record AS o ON o.person_id = a.person_id AND o.age_rank = 1
LEFT JOIN reading_title AS w ON w.title = t.title
LEFT JOIN person_account AS s ON s.person_id = a.person_id

-- Which person each lead and contact is, and what says so. What the rules joined is sure; what is only alike has its probability.
WITH placed AS (
    SELECT
        k.person_record_id,
        k.key,
        p.person_id,
        COALESCE(x.cluster_key, k.key) AS known_key,
        ROW_NUMBER() OVER (PARTITION BY p.person_id ORDER BY k.known_at, k.person_record_id) AS age_rank
    FROM record_key AS k
    JOIN person_key AS p ON p.key = k.key
    LEFT JOIN exact_person AS x ON x.key = k.key
),

founder AS (
    SELECT
        p.person_id,
        p.known_key
    FROM placed AS p
    WHERE p.age_rank = 1
),

alike AS (
    SELECT
        COALESCE(x.cluster_key, b.key) AS known_key,
        MAX(b.probability) AS probability
    FROM (
        SELECT m.left_key AS key, m.probability
        FROM person_match AS m
        WHERE m.fate = 'joined'
        UNION ALL
        SELECT m.right_key AS key, m.probability
        FROM person_match AS m
        WHERE m.fate = 'joined'
    ) AS b
    LEFT JOIN exact_person AS x ON x.key = b.key
    GROUP BY COALESCE(x.cluster_key, b.key)
),

decided AS (
    SELECT DISTINCT l.left_key AS key
    FROM person_link AS l
    WHERE l.method = 'decided'
    UNION ALL
    SELECT DISTINCT l.right_key AS key
    FROM person_link AS l
    WHERE l.method = 'decided'
),

told AS (
    SELECT DISTINCT d.key
    FROM decided AS d
)

SELECT
    p.person_record_id,
    p.person_id,
    CASE
        WHEN r.merged_into_id IS NOT NULL THEN 'merged_record'
        WHEN r.converted_person_record_id IS NOT NULL THEN 'converted_lead'
        WHEN p.age_rank = 1 THEN 'same_record'
        WHEN p.known_key <> f.known_key THEN 'matched'
        WHEN t.key IS NOT NULL THEN 'decided'
        ELSE 'same_email'
    END AS method,
    CASE WHEN p.known_key <> f.known_key THEN COALESCE(a.probability, 1e0) ELSE 1e0 END AS confidence
FROM placed AS p
JOIN founder AS f ON f.person_id = p.person_id
JOIN known_person_record AS r ON r.person_record_id = p.person_record_id
LEFT JOIN alike AS a ON a.known_key = p.known_key
LEFT JOIN told AS t ON t.key = p.key

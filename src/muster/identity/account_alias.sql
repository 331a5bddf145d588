-- Which account each record belongs to. The earliest record of an account is itself; the others say what joined them.
WITH placed AS (
    SELECT
        r.account_record_id,
        k.account_id,
        ROW_NUMBER() OVER (PARTITION BY k.account_id ORDER BY r.known_at, r.account_record_id) AS age_rank
    FROM known_account_record AS r
    JOIN account_key AS k ON k.key = 'r:' || r.account_record_id
),

-- A domain joins a record to its account only where another record has it too.
domain AS (
    SELECT l.right_key, COUNT(DISTINCT l.left_key) AS record_count
    FROM account_link AS l
    WHERE l.right_key LIKE 'd:%'
    GROUP BY l.right_key
),

reason AS (
    SELECT l.left_key AS key, l.method, l.confidence
    FROM account_link AS l
    LEFT JOIN domain AS d ON d.right_key = l.right_key
    WHERE COALESCE(d.record_count, 2) > 1
    UNION ALL
    SELECT l.right_key AS key, l.method, l.confidence
    FROM account_link AS l
),

ranked AS (
    SELECT
        r.key,
        r.method,
        r.confidence,
        ROW_NUMBER() OVER (PARTITION BY r.key ORDER BY r.confidence DESC, r.method) AS place
    FROM reason AS r
)

SELECT
    p.account_record_id,
    p.account_id,
    CASE WHEN p.age_rank = 1 THEN 'same_record' ELSE COALESCE(s.method, 'same_record') END AS method,
    CASE WHEN p.age_rank = 1 THEN 1e0 ELSE COALESCE(s.confidence, 1e0) END AS confidence
FROM placed AS p
LEFT JOIN ranked AS s ON s.key = 'r:' || p.account_record_id AND s.place = 1

-- Which account each record belongs to. The earliest record of an account is itself; the others say what joined them.
WITH placed AS (
    SELECT
        r.account_record_id,
        k.account_id,
        ROW_NUMBER() OVER (PARTITION BY k.account_id ORDER BY r.known_at, r.account_record_id) AS age_rank
    FROM known_account_record AS r
    JOIN account_key AS k ON k.key = 'r:' || r.account_record_id
),

strongest AS (
    SELECT
        l.left_key,
        MIN(l.method) AS method
    FROM account_link AS l
    GROUP BY l.left_key
)

SELECT
    p.account_record_id,
    p.account_id,
    CASE WHEN p.age_rank = 1 THEN 'same_record' ELSE COALESCE(s.method, 'same_record') END AS method,
    CASE
        WHEN p.age_rank = 1 OR s.method = 'merged_record' THEN 1e0
        WHEN s.method = 'same_domain' THEN 9.7e-1
        ELSE 9e-1
    END AS confidence
FROM placed AS p
LEFT JOIN strongest AS s ON s.left_key = 'r:' || p.account_record_id

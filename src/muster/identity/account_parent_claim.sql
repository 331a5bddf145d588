-- The parent that an account's earliest record with another account above it names.
WITH record AS (
    SELECT
        a.account_id,
        p.account_id AS parent_account_id,
        k.first_known_at,
        ROW_NUMBER() OVER (PARTITION BY a.account_id ORDER BY r.known_at, r.account_record_id) AS age_rank
    FROM account_alias AS a
    JOIN known_account_record AS r ON r.account_record_id = a.account_record_id
    JOIN account_key AS k ON k.key = 'r:' || r.account_record_id
    JOIN account_alias AS p ON p.account_record_id = r.parent_record_id
    WHERE p.account_id <> a.account_id
)

SELECT
    r.account_id,
    r.parent_account_id,
    r.first_known_at
FROM record AS r
WHERE r.age_rank = 1

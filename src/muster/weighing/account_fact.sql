-- What is known of an account that fit rules may ask for, from the earliest record that says it: a further attribute that its source
-- dates counts from that day on.
WITH said AS (
    SELECT a.account_id, r.known_at, r.account_record_id, 'industry' AS attribute, r.industry AS value, CAST(NULL AS DOUBLE) AS number
    FROM account_alias AS a
    JOIN known_account_record AS r ON r.account_record_id = a.account_record_id
    WHERE r.industry IS NOT NULL
    UNION ALL
    SELECT a.account_id, r.known_at, r.account_record_id, 'country' AS attribute, r.country AS value, CAST(NULL AS DOUBLE) AS number
    FROM account_alias AS a
    JOIN known_account_record AS r ON r.account_record_id = a.account_record_id
    WHERE r.country IS NOT NULL
    UNION ALL
    SELECT a.account_id, r.known_at, r.account_record_id, 'region' AS attribute, r.region AS value, CAST(NULL AS DOUBLE) AS number
    FROM account_alias AS a
    JOIN known_account_record AS r ON r.account_record_id = a.account_record_id
    WHERE r.region IS NOT NULL
    UNION ALL
    SELECT a.account_id, r.known_at, r.account_record_id, 'employee_count' AS attribute,
        CAST(r.employee_count AS VARCHAR) AS value, CAST(r.employee_count AS DOUBLE) AS number
    FROM account_alias AS a
    JOIN known_account_record AS r ON r.account_record_id = a.account_record_id
    WHERE r.employee_count IS NOT NULL
    UNION ALL
    SELECT a.account_id, GREATEST(r.known_at, t.known_at) AS known_at, r.account_record_id, t.attribute, t.value, CAST(NULL AS DOUBLE) AS number
    FROM account_alias AS a
    JOIN known_account_record AS r ON r.account_record_id = a.account_record_id
    JOIN account_attribute AS t ON t.account_record_id = a.account_record_id
    CROSS JOIN clock AS c
    WHERE t.value IS NOT NULL
    AND t.known_at <= c.as_of_at
),

ranked AS (
    SELECT
        s.account_id,
        s.attribute,
        s.value,
        s.number,
        s.known_at,
        s.account_record_id,
        ROW_NUMBER() OVER (PARTITION BY s.account_id, s.attribute ORDER BY s.known_at, s.account_record_id) AS age_rank
    FROM said AS s
)

SELECT
    r.account_id,
    r.attribute,
    r.value,
    r.number,
    r.known_at,
    r.account_record_id
FROM ranked AS r
WHERE r.age_rank = 1

-- Texts, nulls in every order, ranks and neighbours: where dialects like to differ.
WITH person AS (
    SELECT DISTINCT
        e.person_id,
        e.account_id
    FROM engagement AS e
),

counted AS (
    SELECT
        p.person_id,
        p.account_id,
        COALESCE(b.reason, 'it''s a \ "quote"; -- é') AS reason,
        b.is_strict
    FROM person AS p
    FULL JOIN blocked AS b ON b.person_id = p.person_id
)

SELECT
    SUBSTRING(MD5(COALESCE(c.person_id, '') || '|' || COALESCE(c.account_id, '') || '|' || c.reason), 1, 16) AS row_id,
    c.person_id,
    c.account_id,
    UPPER(c.reason) || LOWER(c.person_id) AS joined_text,
    c.reason LIKE '%quote%' AND c.reason NOT LIKE 'left_%' AS is_quote,
    c.person_id IS DISTINCT FROM c.account_id AS differs,
    c.person_id IS NOT DISTINCT FROM c.account_id AS same,
    RANK() OVER (PARTITION BY c.account_id ORDER BY c.reason) AS reason_rank,
    DENSE_RANK() OVER (ORDER BY c.account_id DESC, c.person_id) AS dense,
    ROW_NUMBER() OVER (ORDER BY c.account_id, c.person_id DESC, c.reason) * 1000000 AS number,
    FIRST_VALUE(c.person_id) OVER (
        PARTITION BY c.account_id ORDER BY c.person_id, c.reason ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING
    ) AS neighbour_before,
    LAST_VALUE(c.person_id) OVER (
        PARTITION BY c.account_id ORDER BY c.person_id DESC, c.reason
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) AS last_person,
    COUNT(*) OVER (PARTITION BY c.account_id) AS in_account,
    (SELECT MAX(e.points) FROM engagement AS e) AS most_points,
    GREATEST(LEAST(ABS(-INT_DIV(12345, 7)), 1000), 3) % 7 AS clamped,
    CAST(c.is_strict AS INT) AS strict_number,
    c.is_strict OR c.reason > 'm' AS three_valued,
    CAST(3 AS DOUBLE) / 7 - 2.5e-1 <= 1e0 AND 2 > 1 AND 1 <> 2 AS is_small
FROM counted AS c

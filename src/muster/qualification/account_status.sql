-- Accounts are qualified (the MQA) while at least one of their groups is, and engaged between.
WITH spanned AS (
    SELECT
        g.account_id,
        q.from_at,
        COALESCE(q.to_at, 9000000000000000) AS to_at
    FROM qualified_stretch AS q
    JOIN group_cycle AS g ON g.buying_group_id = q.buying_group_id
),

reached AS (
    SELECT
        s.account_id,
        s.from_at,
        s.to_at,
        MAX(s.to_at) OVER (
            PARTITION BY s.account_id ORDER BY s.from_at, s.to_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS qualified_until
    FROM spanned AS s
),

numbered AS (
    SELECT
        r.account_id,
        r.from_at,
        r.to_at,
        CAST(SUM(CASE WHEN r.qualified_until >= r.from_at THEN 0 ELSE 1 END) OVER (
            PARTITION BY r.account_id ORDER BY r.from_at, r.to_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS stretch
    FROM reached AS r
),

merged AS (
    SELECT n.account_id, MIN(n.from_at) AS from_at, MAX(n.to_at) AS to_at
    FROM numbered AS n
    GROUP BY n.account_id, n.stretch
),

boundary AS (
    SELECT g.account_id, MIN(g.opened_at) AS at, 'engaged' AS status, 'a first group formed' AS reason
    FROM group_cycle AS g
    GROUP BY g.account_id
    UNION ALL
    SELECT m.account_id, m.from_at AS at, 'qualified' AS status, 'a group of the account qualified' AS reason
    FROM merged AS m
    UNION ALL
    SELECT m.account_id, m.to_at AS at, 'engaged' AS status, 'no group of the account is qualified any more' AS reason
    FROM merged AS m
    WHERE m.to_at < 9000000000000000
),

single AS (
    SELECT
        b.account_id,
        b.at,
        b.status,
        b.reason,
        ROW_NUMBER() OVER (PARTITION BY b.account_id, b.at ORDER BY b.status DESC) AS number
    FROM boundary AS b
)

SELECT
    s.account_id,
    s.status,
    s.at AS from_at,
    LEAD(s.at) OVER (PARTITION BY s.account_id ORDER BY s.at) AS to_at,
    s.reason
FROM single AS s
WHERE s.number = 1

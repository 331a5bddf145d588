-- Which account and person a visitor belongs to: the people who identified themselves in that browser, one after the other,
-- and the first company its network resolved to.
WITH identified AS (
    SELECT
        o.visitor_id,
        o.person_id,
        o.known_at,
        o.engagement_id,
        LAG(o.person_id) OVER (PARTITION BY o.visitor_id ORDER BY o.known_at, o.engagement_id) AS person_before
    FROM engagement_owner AS o
    WHERE o.visitor_id IS NOT NULL
    AND o.person_id IS NOT NULL
),

changed AS (
    SELECT
        i.visitor_id,
        i.person_id,
        MIN(i.known_at) AS from_at,
        i.known_at
    FROM identified AS i
    WHERE i.person_before IS NULL
    OR i.person_before <> i.person_id
    GROUP BY i.visitor_id, i.person_id, i.known_at
),

networked AS (
    SELECT
        o.visitor_id,
        o.network_account_id AS account_id,
        o.known_at,
        ROW_NUMBER() OVER (PARTITION BY o.visitor_id ORDER BY o.known_at, o.engagement_id) AS number
    FROM engagement_owner AS o
    WHERE o.visitor_id IS NOT NULL
    AND o.network_account_id IS NOT NULL
)

SELECT
    c.visitor_id,
    a.account_id,
    c.person_id,
    'identified_visit' AS method,
    9.5e-1 AS confidence,
    c.from_at
FROM changed AS c
LEFT JOIN person_account AS a
    ON a.person_id = c.person_id AND a.valid_from <= c.from_at AND (a.valid_to IS NULL OR c.from_at < a.valid_to)
UNION ALL
SELECT
    n.visitor_id,
    n.account_id,
    CAST(NULL AS VARCHAR) AS person_id,
    'company_domain' AS method,
    7e-1 AS confidence,
    n.known_at AS from_at
FROM networked AS n
WHERE n.number = 1

-- Which account and person a browser belongs to, what says so, how sure that is, and until when: a sign ends when a
-- stronger or more frequent one of another account or person corrects it.
WITH named AS (
    SELECT
        s.visitor_id,
        s.person_id,
        s.method,
        s.from_at AS named_at,
        s.valid_to,
        a.account_id,
        GREATEST(s.from_at, COALESCE(a.from_at, 0)) AS from_at,
        LEAST(s.valid_to, COALESCE(a.valid_to, 9000000000000000)) AS to_at
    FROM visitor_stretch AS s
    LEFT JOIN person_account AS a
        ON a.person_id = s.person_id AND a.from_at < s.valid_to AND (a.valid_to IS NULL OR s.from_at < a.valid_to)
),

-- Who somebody is may be known before where they work is.
homeless AS (
    SELECT
        n.visitor_id,
        n.person_id,
        n.method,
        n.named_at,
        MIN(n.from_at) AS to_at
    FROM named AS n
    WHERE n.account_id IS NOT NULL
    GROUP BY n.visitor_id, n.person_id, n.method, n.named_at
    HAVING MIN(n.from_at) > n.named_at
),

-- Since when the people of a browser are known to belong to another account than its network or its links say.
other AS (
    SELECT
        w.visitor_id,
        w.method,
        w.from_at,
        MIN(GREATEST(n.from_at, w.from_at)) AS corrected_at
    FROM (
        SELECT v.visitor_id, v.account_id, 'company_domain' AS method, v.from_at, v.valid_to
        FROM visitor_network AS v
        UNION ALL
        SELECT l.visitor_id, l.account_id, 'shared_link' AS method, l.from_at, 9000000000000000 AS valid_to
        FROM visitor_link AS l
    ) AS w
    JOIN named AS n
        ON n.visitor_id = w.visitor_id AND n.account_id <> w.account_id AND n.from_at < w.valid_to AND w.from_at < n.to_at
    GROUP BY w.visitor_id, w.method, w.from_at
),

found AS (
    SELECT n.visitor_id, n.account_id, n.person_id, n.method, n.from_at, n.to_at, CAST(NULL AS DOUBLE) AS confidence
    FROM named AS n
    UNION ALL
    SELECT h.visitor_id, CAST(NULL AS VARCHAR) AS account_id, h.person_id, h.method, h.named_at AS from_at, h.to_at, CAST(NULL AS DOUBLE) AS confidence
    FROM homeless AS h
    UNION ALL
    SELECT
        v.visitor_id,
        v.account_id,
        CAST(NULL AS VARCHAR) AS person_id,
        'company_domain' AS method,
        v.from_at,
        LEAST(v.valid_to, COALESCE(o.corrected_at, 9000000000000000)) AS to_at,
        v.confidence
    FROM weighed_network AS v
    LEFT JOIN other AS o ON o.visitor_id = v.visitor_id AND o.method = 'company_domain' AND o.from_at = v.from_at
    UNION ALL
    SELECT
        l.visitor_id,
        l.account_id,
        CAST(NULL AS VARCHAR) AS person_id,
        'shared_link' AS method,
        l.from_at,
        COALESCE(o.corrected_at, 9000000000000000) AS to_at,
        CAST(NULL AS DOUBLE) AS confidence
    FROM visitor_link AS l
    LEFT JOIN other AS o ON o.visitor_id = l.visitor_id AND o.method = 'shared_link' AND o.from_at = l.from_at
)

SELECT
    f.visitor_id,
    f.account_id,
    f.person_id,
    f.method,
    CASE WHEN f.method = 'identified_visit' THEN 9.5e-1 ELSE COALESCE(f.confidence, r.rate, 8e-1) END AS confidence,
    f.from_at,
    CASE WHEN f.to_at < 9000000000000000 THEN f.to_at END AS valid_to
FROM found AS f
LEFT JOIN match_rate AS r
    ON r.method = f.method AND r.week_at = f.from_at - MOD(f.from_at - 345600000000, 604800000000)

-- Browsers in which one of our own people, or a test record, said who they are: ours from then until somebody else does.
WITH nobody AS (
    SELECT
        m.email,
        'own' AS reason,
        CAST(0 AS BIGINT) AS known_at
    FROM mail_address AS m
    LEFT JOIN test_address AS t ON t.email = m.email
    WHERE m.is_own
    AND t.email IS NULL
    UNION ALL
    SELECT
        t.email,
        'test' AS reason,
        t.known_at
    FROM test_address AS t
),

browser AS (
    SELECT DISTINCT e.visitor_id
    FROM known_engagement AS e
    JOIN nobody AS n ON n.email = e.email
    WHERE e.visitor_id IS NOT NULL
),

said AS (
    SELECT
        e.visitor_id,
        e.engagement_id,
        e.known_at,
        COALESCE(n.reason, 'somebody') AS reason,
        LAG(COALESCE(n.reason, 'somebody')) OVER (PARTITION BY e.visitor_id ORDER BY e.known_at, e.engagement_id) AS reason_before
    FROM known_engagement AS e
    JOIN browser AS b ON b.visitor_id = e.visitor_id
    LEFT JOIN nobody AS n ON n.email = e.email AND n.known_at <= e.known_at
    WHERE e.email IS NOT NULL
),

stretch AS (
    SELECT
        s.visitor_id,
        s.reason,
        s.known_at AS from_at,
        COALESCE(LEAD(s.known_at) OVER (PARTITION BY s.visitor_id ORDER BY s.known_at, s.engagement_id), 9000000000000000) AS to_at
    FROM said AS s
    WHERE s.reason_before IS NULL
    OR s.reason_before <> s.reason
)

SELECT
    s.visitor_id,
    s.reason,
    s.from_at,
    s.to_at
FROM stretch AS s
WHERE s.reason <> 'somebody'

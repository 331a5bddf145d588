-- Engagements that are nobody's interest, and the first reason that says so: machines, crawlers, mail scanners, our own
-- people by address, network or browser, and test records.
SELECT
    x.engagement_id,
    MIN(x.reason) AS reason
FROM (
    SELECT e.engagement_id, 'machine' AS reason
    FROM known_engagement AS e
    WHERE e.is_machine
    UNION ALL
    SELECT e.engagement_id, 'crawler' AS reason
    FROM known_engagement AS e
    WHERE e.is_crawler
    UNION ALL
    SELECT b.engagement_id, 'scanner' AS reason
    FROM burst AS b
    UNION ALL
    SELECT s.engagement_id, 'scanner' AS reason
    FROM early_click AS s
    UNION ALL
    SELECT c.engagement_id, 'crawler' AS reason
    FROM crawl AS c
    UNION ALL
    SELECT e.engagement_id, 'test' AS reason
    FROM known_engagement AS e
    JOIN test_address AS t ON t.email = e.email AND t.known_at <= e.known_at
    UNION ALL
    SELECT e.engagement_id, 'own' AS reason
    FROM known_engagement AS e
    JOIN mail_address AS m ON m.email = e.email AND m.is_own
    LEFT JOIN test_address AS t ON t.email = e.email
    WHERE t.email IS NULL
    UNION ALL
    SELECT e.engagement_id, 'own' AS reason
    FROM known_engagement AS e
    JOIN reading_network AS n ON n.said = e.company_domain AND n.kind = 'own'
    WHERE e.email IS NULL
    UNION ALL
    SELECT e.engagement_id, v.reason
    FROM known_engagement AS e
    JOIN own_visitor AS v ON v.visitor_id = e.visitor_id AND v.from_at <= e.known_at AND e.known_at < v.to_at
    WHERE e.email IS NULL
) AS x
GROUP BY x.engagement_id

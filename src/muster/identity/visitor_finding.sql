-- What does not count as anybody's interest, and networks that name no company: how many engagements, for the problem table.
WITH counted AS (
    SELECT
        i.reason,
        COUNT(*) AS count
    FROM ignored_engagement AS i
    GROUP BY i.reason
    UNION ALL
    SELECT
        n.kind AS reason,
        COUNT(*) AS count
    FROM known_engagement AS e
    JOIN reading_network AS n ON n.said = e.company_domain
    WHERE n.kind IN ('hosting', 'vpn', 'proxy', 'university', 'isp')
    GROUP BY n.kind
)

SELECT
    'note' AS severity,
    CASE
        WHEN c.reason = 'machine' THEN 'is_machine'
        WHEN c.reason = 'crawler' THEN 'visitor_id'
        WHEN c.reason IN ('scanner', 'own', 'test') THEN 'email'
        ELSE 'company_domain'
    END AS "column",
    c.reason AS value,
    CASE c.reason
        WHEN 'machine' THEN 'engagements are marked as a machine''s: they score nothing'
        WHEN 'crawler' THEN 'visits are too fast for a reader, came later from a browser that was, or name a crawler as their user agent: they score nothing'
        WHEN 'scanner' THEN 'clicks came three or more within a minute, or again and again before the mail was opened: a mail scanner''s, they score nothing'
        WHEN 'own' THEN 'engagements are our own people''s, by address, network or browser: they score nothing'
        WHEN 'test' THEN 'engagements are those of test records, by address or name: they score nothing'
        ELSE 'visits came from networks of this kind: they tell of no company'
    END AS reason,
    CASE c.reason
        WHEN 'machine' THEN 'Nothing to do, unless the column is mapped wrongly.'
        WHEN 'crawler' THEN 'Nothing to do, unless the visitor id stands for many people, or rules/machines.csv says too much.'
        WHEN 'scanner' THEN 'Nothing to do, unless rules/machines.csv says too much.'
        WHEN 'own' THEN 'Nothing to do, unless own_domains in muster.toml says too much.'
        WHEN 'test' THEN 'Nothing to do, unless rules/test_records.csv says too much.'
        ELSE 'If one of them is a company after all, add its domain to rules/networks.csv with the kind company.'
    END AS remedy,
    c.count
FROM counted AS c

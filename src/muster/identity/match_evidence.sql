-- Browsers that a weak sign placed before somebody said who they are in them: was the sign right, and since when is it known?
SELECT
    'company_domain' AS method,
    n.visitor_id,
    n.account_id,
    a.account_id = n.account_id AS is_right,
    GREATEST(n.from_at, s.from_at, a.from_at) AS known_at
FROM visitor_network AS n
JOIN visitor_stretch AS s ON s.visitor_id = n.visitor_id AND s.method = 'identified_visit' AND s.valid_from = 0
JOIN person_account AS a
    ON a.person_id = s.person_id AND a.valid_from <= n.from_at AND (a.valid_to IS NULL OR n.from_at < a.valid_to)
WHERE n.valid_from = 0
AND n.is_nameless
UNION ALL
SELECT
    'shared_link' AS method,
    l.visitor_id,
    l.account_id,
    a.account_id = l.account_id AS is_right,
    GREATEST(l.from_at, s.from_at, a.from_at) AS known_at
FROM visitor_link AS l
JOIN visitor_stretch AS s ON s.visitor_id = l.visitor_id AND s.method = 'identified_visit' AND s.valid_from = 0
JOIN person_account AS a
    ON a.person_id = s.person_id AND a.valid_from <= l.from_at AND (a.valid_to IS NULL OR l.from_at < a.valid_to)
UNION ALL
SELECT
    'mail_click' AS method,
    s.visitor_id,
    CAST(NULL AS VARCHAR) AS account_id,
    n.person_id = s.person_id AS is_right,
    n.from_at AS known_at
FROM visitor_stretch AS s
JOIN visitor_stretch AS n ON n.visitor_id = s.visitor_id AND n.valid_from = s.valid_to
WHERE s.method = 'mail_click'
AND s.valid_from = 0

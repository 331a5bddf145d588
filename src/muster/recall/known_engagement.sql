-- Engagements known as of the date, with what their page says they were: a visit to the price list is no mere page view.
-- Where the company sells one thing, everything is about it.
SELECT
    e.engagement_id,
    e.occurred_at,
    GREATEST(e.known_at, e.occurred_at) AS known_at,
    CASE WHEN e.activity IN ('page_viewed', 'form_submitted') THEN COALESCE(p.activity, e.activity) ELSE e.activity END AS activity,
    e.channel,
    e.person_record_id,
    e.email,
    e.visitor_id,
    e.company_domain,
    COALESCE(s.solution_id, p.solution_id, CASE WHEN COALESCE(p.is_generic, FALSE) THEN NULL ELSE t.solution_id END, f.solution_id) AS solution_id,
    COALESCE(e.content_id, p.content_id) AS content_id,
    e.tactic_id,
    e.share_token,
    COALESCE(e.is_machine, FALSE) AS is_machine,
    u.said IS NOT NULL AS is_crawler
FROM engagement AS e
CROSS JOIN clock AS c
CROSS JOIN only_solution AS f
LEFT JOIN reading_page AS p ON p.url = e.url
LEFT JOIN reading_solution AS s ON s.said = e.solution_id
LEFT JOIN reading_crawler AS u ON u.said = e.user_agent
LEFT JOIN known_tactic AS t ON t.tactic_id = e.tactic_id
WHERE e.known_at <= c.as_of_at
AND e.occurred_at <= c.as_of_at

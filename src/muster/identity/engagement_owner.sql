-- Who stands behind each engagement by its own words: the person of its record or address, and the account of its network.
-- Who opens a shared link under the name of the one who made it has not said who they are: such links carry the sender's name.
SELECT
    e.engagement_id,
    e.visitor_id,
    e.occurred_at,
    e.known_at,
    CASE WHEN e.visitor_id IS NULL OR l.share_token IS NULL THEN COALESCE(p.person_id, k.person_id) END AS person_id,
    i.engagement_id IS NOT NULL AS is_ignored,
    a.account_id AS network_account_id,
    d.domain IS NOT NULL AS is_looked_up,
    e.activity,
    e.channel,
    e.solution_id,
    e.content_id,
    e.tactic_id,
    e.share_token
FROM known_engagement AS e
LEFT JOIN person_alias AS p ON p.person_record_id = e.person_record_id
LEFT JOIN mail_address AS m ON m.email = e.email
LEFT JOIN person_key AS k ON k.key = 'e:' || e.email
LEFT JOIN reading_network AS d ON d.said = e.company_domain
LEFT JOIN account_key AS a ON a.key = 'd:' || COALESCE(d.domain, m.domain)
LEFT JOIN share_link AS l ON l.share_token = e.share_token AND l.sharer_email = e.email AND l.known_at <= e.known_at
LEFT JOIN ignored_engagement AS i ON i.engagement_id = e.engagement_id

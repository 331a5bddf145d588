-- Who stands behind each engagement by its own words: the person of its record or address, and the account of its network.
-- Machines, scanners and our own people are nobody's engagement.
SELECT
    e.engagement_id,
    e.visitor_id,
    e.occurred_at,
    e.known_at,
    COALESCE(p.person_id, k.person_id) AS person_id,
    e.is_machine OR COALESCE(m.is_own, FALSE) OR b.engagement_id IS NOT NULL AS is_ignored,
    a.account_id AS network_account_id,
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
LEFT JOIN reading_domain AS d ON d.said = e.company_domain
LEFT JOIN account_key AS a ON a.key = 'd:' || COALESCE(d.domain, m.domain)
LEFT JOIN burst AS b ON b.engagement_id = e.engagement_id

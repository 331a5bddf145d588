-- Since when each member of a group could be told to be one: taking part, or named by sales on a record we had by then.
WITH sign AS (
    SELECT e.buying_group_id, e.person_id, e.person_at AS at
    FROM group_engagement AS e
    WHERE e.person_id IS NOT NULL
    AND e.is_participation
    UNION ALL
    SELECT g.buying_group_id, a.person_id, GREATEST(r.known_at, k.known_at) AS at
    FROM known_contact_role AS r
    JOIN opportunity_group AS g ON g.opportunity_id = r.opportunity_id
    JOIN person_alias AS a ON a.person_record_id = r.person_record_id
    JOIN known_person_record AS k ON k.person_record_id = r.person_record_id
)

SELECT
    p.buying_group_id,
    p.person_id,
    MIN(s.at) AS joined_at,
    GREATEST(MIN(s.at), MIN(g.opened_at)) AS from_at
FROM group_person AS p
JOIN sign AS s ON s.buying_group_id = p.buying_group_id AND s.person_id = p.person_id
JOIN group_cycle AS g ON g.buying_group_id = p.buying_group_id
GROUP BY p.buying_group_id, p.person_id

-- The known people of each group: who took part in its cycle (opening a mail is not taking part), and whom sellers named on its opportunity once they had.
WITH present AS (
    SELECT
        e.buying_group_id,
        e.person_id,
        e.person_at AS at,
        1 AS is_engagement,
        CASE WHEN e.is_participation THEN 1 ELSE 0 END AS makes_member,
        CASE WHEN e.is_participation THEN e.at - MOD(e.at, 86400000000) END AS took_part_on,
        CAST(NULL AS VARCHAR) AS named_role
    FROM group_engagement AS e
    WHERE e.person_id IS NOT NULL
    UNION ALL
    SELECT
        g.buying_group_id,
        a.person_id,
        r.known_at AS at,
        0 AS is_engagement,
        1 AS makes_member,
        CAST(NULL AS BIGINT) AS took_part_on,
        r.role AS named_role
    FROM known_contact_role AS r
    JOIN opportunity_group AS g ON g.opportunity_id = r.opportunity_id
    JOIN person_alias AS a ON a.person_record_id = r.person_record_id
)

SELECT
    p.buying_group_id,
    p.person_id,
    MIN(CASE WHEN p.makes_member = 1 THEN p.at END) AS joined_at,
    MIN(CASE WHEN p.is_engagement = 1 THEN p.at END) AS first_engaged_at,
    MAX(CASE WHEN p.is_engagement = 1 THEN p.at END) AS last_engaged_at,
    CAST(SUM(p.is_engagement) AS BIGINT) AS engagement_count,
    COUNT(DISTINCT p.took_part_on) AS days_taking_part,
    MAX(CASE WHEN p.is_engagement = 0 THEN 1 ELSE 0 END) AS is_named,
    MIN(CASE WHEN p.named_role IS NOT NULL THEN p.named_role END) AS named_role,
    MIN(CASE WHEN p.named_role = 'champion' THEN p.at END) AS champion_named_at
FROM present AS p
GROUP BY p.buying_group_id, p.person_id
HAVING MAX(p.makes_member) = 1

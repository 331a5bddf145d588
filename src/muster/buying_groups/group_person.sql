-- The known people of each group: who took part in its cycle (opening a mail is not taking part), and whom sellers put on its
-- opportunity once they had. How likely each takes part in the decision is told by membership.
WITH present AS (
    SELECT
        e.buying_group_id,
        e.person_id,
        e.person_at AS at,
        1 AS is_engagement,
        CASE WHEN e.is_participation THEN 1 ELSE 0 END AS makes_member
    FROM group_engagement AS e
    WHERE e.person_id IS NOT NULL
    UNION ALL
    SELECT
        n.buying_group_id,
        n.person_id,
        n.at,
        0 AS is_engagement,
        1 AS makes_member
    FROM named_person AS n
)

SELECT
    p.buying_group_id,
    p.person_id,
    MIN(CASE WHEN p.makes_member = 1 THEN p.at END) AS joined_at,
    MAX(CASE WHEN p.is_engagement = 1 THEN p.at END) AS last_engaged_at,
    CAST(SUM(p.is_engagement) AS BIGINT) AS engagement_count
FROM present AS p
GROUP BY p.buying_group_id, p.person_id
HAVING MAX(p.makes_member) = 1

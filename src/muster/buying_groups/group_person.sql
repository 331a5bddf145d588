-- The known people of each group: who took part in its cycle (opening a mail is not taking part), and whom sellers put on its
-- opportunity once they had, and who came over from another group that it split from. How likely each takes part in the decision is told by membership.
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
    UNION ALL
    SELECT
        m.buying_group_id,
        m.person_id,
        m.at,
        0 AS is_engagement,
        1 AS makes_member
    FROM moved_person AS m
),

gone AS (
    SELECT m.left_group_id, m.person_id, MIN(m.at) AS at, MAX(COALESCE(m.back_at, 9000000000000000)) AS back_at
    FROM moved_person AS m
    WHERE m.left_group_id IS NOT NULL
    GROUP BY m.left_group_id, m.person_id
)

SELECT
    p.buying_group_id,
    p.person_id,
    MIN(CASE WHEN p.makes_member = 1 THEN p.at END) AS joined_at,
    MAX(CASE WHEN p.is_engagement = 1 THEN p.at END) AS last_engaged_at,
    CAST(SUM(p.is_engagement) AS BIGINT) AS engagement_count,
    MIN(l.at) AS left_at,
    NULLIF(MAX(l.back_at), 9000000000000000) AS back_at
FROM present AS p
LEFT JOIN gone AS l ON l.left_group_id = p.buying_group_id AND l.person_id = p.person_id
GROUP BY p.buying_group_id, p.person_id
HAVING MAX(p.makes_member) = 1

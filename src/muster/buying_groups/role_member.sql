-- Since when each member of a group could be told to be one: taking part, or named by sales on a record we had by then.
WITH sign AS (
    SELECT e.buying_group_id, e.person_id, e.person_at AS at
    FROM group_engagement AS e
    WHERE e.person_id IS NOT NULL
    AND e.is_participation
    UNION ALL
    SELECT n.buying_group_id, n.person_id, n.at
    FROM named_person AS n
    UNION ALL
    SELECT m.buying_group_id, m.person_id, m.at
    FROM moved_person AS m
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

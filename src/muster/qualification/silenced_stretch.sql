-- Stretches in which a group has known people and none of them may be contacted. Whoever opted out and raises a hand later asks
-- to be contacted.
WITH present AS (
    SELECT
        m.buying_group_id,
        m.person_id,
        m.joined_at,
        CASE WHEN m.back_at IS NULL THEN COALESCE(m.left_at, 9000000000000000) ELSE 9000000000000000 END AS until_at,
        COALESCE(n.at, 9000000000000000) AS silent_at
    FROM group_person AS m
    LEFT JOIN no_contact AS n ON n.person_id = m.person_id
),

raised AS (
    SELECT p.buying_group_id, p.person_id, MIN(g.at) AS at
    FROM present AS p
    JOIN group_engagement AS g
        ON g.buying_group_id = p.buying_group_id AND g.person_id = p.person_id AND g.at >= p.joined_at AND g.at > p.silent_at
    JOIN resolved_engagement AS e ON e.engagement_id = g.engagement_id
    WHERE e.is_buying_act
    GROUP BY p.buying_group_id, p.person_id
),

change AS (
    SELECT p.buying_group_id, p.joined_at AS at, 1 AS known, CASE WHEN p.silent_at > p.joined_at THEN 1 ELSE 0 END AS open
    FROM present AS p
    UNION ALL
    SELECT p.buying_group_id, p.silent_at AS at, 0 AS known, -1 AS open
    FROM present AS p
    WHERE p.silent_at > p.joined_at
    AND p.silent_at < p.until_at
    UNION ALL
    SELECT r.buying_group_id, r.at, 0 AS known, 1 AS open
    FROM raised AS r
    JOIN present AS p ON p.buying_group_id = r.buying_group_id AND p.person_id = r.person_id AND r.at < p.until_at
    UNION ALL
    SELECT p.buying_group_id, p.until_at AS at, -1 AS known,
        CASE WHEN p.silent_at >= p.until_at OR r.at < p.until_at THEN -1 ELSE 0 END AS open
    FROM present AS p
    LEFT JOIN raised AS r ON r.buying_group_id = p.buying_group_id AND r.person_id = p.person_id
    WHERE p.until_at < 9000000000000000
),

moment AS (
    SELECT c.buying_group_id, c.at, CAST(SUM(c.known) AS BIGINT) AS known, CAST(SUM(c.open) AS BIGINT) AS open
    FROM change AS c
    GROUP BY c.buying_group_id, c.at
),

summed AS (
    SELECT
        m.buying_group_id,
        m.at,
        CAST(SUM(m.known) OVER (
            PARTITION BY m.buying_group_id ORDER BY m.at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS known,
        CAST(SUM(m.open) OVER (
            PARTITION BY m.buying_group_id ORDER BY m.at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS open,
        COALESCE(LEAD(m.at) OVER (PARTITION BY m.buying_group_id ORDER BY m.at), 9000000000000000) AS to_at
    FROM moment AS m
)

SELECT
    s.buying_group_id,
    s.at AS from_at,
    s.to_at
FROM summed AS s
WHERE s.known > 0
AND s.open = 0

-- The stretches after a rejection in which a group cannot qualify; rejections within a cool-down prolong it. It ends sooner when
-- so many further people have taken part since, or when somebody fills a needed role that nobody had filled before; where the
-- group was rejected because nobody in it has a say, when somebody who joined later is taken for one who has.
WITH newcomer AS (
    SELECT
        r.buying_group_id,
        r.at,
        s.at AS came_at,
        ROW_NUMBER() OVER (PARTITION BY r.buying_group_id, r.at ORDER BY s.at, s.source_id) AS number
    FROM rejection AS r
    JOIN signal AS s ON s.buying_group_id = r.buying_group_id AND s.component = 'person' AND s.at > r.at
    WHERE NOT r.until_somebody_decides
),

first_filled AS (
    SELECT h.buying_group_id, h.role, MIN(h.from_at) AS at
    FROM role_holder AS h
    JOIN role_need AS n ON n.buying_group_id = h.buying_group_id AND n.role = h.role AND n.needed > 0
    GROUP BY h.buying_group_id, h.role
),

renewed AS (
    SELECT n.buying_group_id, n.at, n.came_at AS new_at
    FROM newcomer AS n
    JOIN rule_policy AS p ON p.from_at <= n.at AND n.at < p.to_at
    WHERE n.number = p.cool_down_people
    UNION ALL
    SELECT r.buying_group_id, r.at, f.at AS new_at
    FROM rejection AS r
    JOIN rule_policy AS p ON p.from_at <= r.at AND r.at < p.to_at
    JOIN first_filled AS f ON f.buying_group_id = r.buying_group_id AND f.at > r.at
    WHERE p.cool_down_people > 0
    AND NOT r.until_somebody_decides
    UNION ALL
    SELECT r.buying_group_id, r.at, h.from_at AS new_at
    FROM rejection AS r
    JOIN role_held AS h
        ON h.buying_group_id = r.buying_group_id AND h.role IN ('decision_maker', 'economic_buyer') AND h.from_at > r.at
    JOIN group_person AS m ON m.buying_group_id = h.buying_group_id AND m.person_id = h.person_id AND m.joined_at > r.at
    WHERE r.until_somebody_decides
),

spanned AS (
    SELECT
        r.buying_group_id,
        r.at,
        LEAST(MIN(r.at + p.cool_down_us), COALESCE(MIN(w.new_at), 9000000000000000)) AS to_at
    FROM rejection AS r
    JOIN rule_policy AS p ON p.from_at <= r.at AND r.at < p.to_at
    LEFT JOIN renewed AS w ON w.buying_group_id = r.buying_group_id AND w.at = r.at
    GROUP BY r.buying_group_id, r.at
),

reached AS (
    SELECT
        s.buying_group_id,
        s.at,
        s.to_at,
        MAX(s.to_at) OVER (
            PARTITION BY s.buying_group_id ORDER BY s.at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS cool_until
    FROM spanned AS s
),

numbered AS (
    SELECT
        r.buying_group_id,
        r.at,
        r.to_at,
        CAST(SUM(CASE WHEN r.cool_until >= r.at THEN 0 ELSE 1 END) OVER (
            PARTITION BY r.buying_group_id ORDER BY r.at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS stretch
    FROM reached AS r
)

SELECT
    n.buying_group_id,
    MIN(n.at) AS from_at,
    MAX(n.to_at) AS to_at
FROM numbered AS n
GROUP BY n.buying_group_id, n.stretch

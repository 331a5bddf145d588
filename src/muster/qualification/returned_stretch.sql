-- Stretches for which sales returned a group to nurture: until a day, until what they wait for happens, or until their next word on
-- it. What they wait for is a raised hand, a further known person, a needed role that nobody had filled before, or somebody who
-- decides.
WITH word AS (
    SELECT
        g.buying_group_id,
        d.kind,
        d.value,
        d.reason,
        d.decided_at AS at,
        COALESCE(
            LEAD(d.decided_at) OVER (PARTITION BY g.buying_group_id ORDER BY d.decided_at, d.decision_id), 9000000000000000
        ) AS next_at
    FROM known_decision AS d
    JOIN decided_group AS g ON g.decision_id = d.decision_id
    WHERE d.kind IN ('accepted', 'rejected', 'recycled', 'nurture')
),

held AS (
    SELECT
        w.buying_group_id,
        w.at,
        LEAST(w.next_at, COALESCE(u.until_at, 9000000000000000)) AS to_at,
        u.waits_for,
        COALESCE(' until ' || u.said, '') || COALESCE(': ' || w.reason, '') AS said
    FROM word AS w
    LEFT JOIN reading_until AS u ON u.value = w.value
    WHERE w.kind = 'nurture'
    AND w.next_at > w.at
),

happened AS (
    SELECT h.buying_group_id, h.at, e.at AS came_at
    FROM held AS h
    JOIN group_engagement AS e ON e.buying_group_id = h.buying_group_id AND e.at > h.at
    JOIN resolved_engagement AS r ON r.engagement_id = e.engagement_id AND r.is_buying_act
    WHERE h.waits_for = 'hand_raise'
    UNION ALL
    SELECT h.buying_group_id, h.at, s.at AS came_at
    FROM held AS h
    JOIN signal AS s ON s.buying_group_id = h.buying_group_id AND s.component = 'person' AND s.at > h.at
    WHERE h.waits_for = 'new_person'
    UNION ALL
    SELECT h.buying_group_id, h.at, MIN(f.from_at) AS came_at
    FROM held AS h
    JOIN role_holder AS f ON f.buying_group_id = h.buying_group_id
    JOIN role_need AS n ON n.buying_group_id = f.buying_group_id AND n.role = f.role AND n.needed > 0
    WHERE h.waits_for = 'new_role'
    GROUP BY h.buying_group_id, h.at, f.role
    HAVING MIN(f.from_at) > h.at
    UNION ALL
    SELECT h.buying_group_id, h.at, r.from_at AS came_at
    FROM held AS h
    JOIN role_held AS r
        ON r.buying_group_id = h.buying_group_id AND r.role IN ('decision_maker', 'economic_buyer') AND r.from_at > h.at
    WHERE h.waits_for = 'decision_maker'
)

SELECT
    h.buying_group_id,
    h.at AS from_at,
    LEAST(MIN(h.to_at), COALESCE(MIN(w.came_at), 9000000000000000)) AS to_at,
    MIN(h.said) AS said
FROM held AS h
LEFT JOIN happened AS w ON w.buying_group_id = h.buying_group_id AND w.at = h.at
GROUP BY h.buying_group_id, h.at

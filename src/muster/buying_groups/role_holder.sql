-- Who filled which role of a group, from when to when: taken for it on more than the average member's chances (a title, content
-- passed on, somebody's word), having taken part in the cycle, and reachable (an address is known, the person is still at the
-- account, and may be contacted). Gaps and completeness are counted from this table and no other.
WITH took_part AS (
    SELECT e.buying_group_id, e.person_id, MIN(e.person_at) AS at
    FROM group_engagement AS e
    WHERE e.person_id IS NOT NULL
    AND e.is_participation
    GROUP BY e.buying_group_id, e.person_id
),

addressed AS (
    SELECT k.person_id, MIN(k.known_at) AS at
    FROM person_key AS k
    WHERE k.key LIKE 'e:%'
    GROUP BY k.person_id
),

evident AS (
    SELECT e.buying_group_id, e.person_id, MIN(e.at) AS at
    FROM (
        SELECT r.buying_group_id, r.person_id, r.at
        FROM role_event AS r
        WHERE r.signal IN ('passed_on', 'named', 'corrected')
        UNION ALL
        SELECT p.buying_group_id, p.person_id, k.title_known_at AS at
        FROM group_person AS p
        JOIN person_rank AS k ON k.person_id = p.person_id
        WHERE k.seniority <> 'unknown'
    ) AS e
    GROUP BY e.buying_group_id, e.person_id
),

overlap AS (
    SELECT
        h.buying_group_id,
        h.person_id,
        h.role,
        GREATEST(h.from_at, v.at, t.at, a.at, s.from_at) AS from_at,
        LEAST(
            COALESCE(h.to_at, 9000000000000000), COALESCE(s.valid_to, 9000000000000000), CASE WHEN m.back_at IS NULL THEN COALESCE(m.left_at, 9000000000000000) ELSE 9000000000000000 END,
            COALESCE(n.at, 9000000000000000)
        ) AS to_at
    FROM role_held AS h
    JOIN group_cycle AS g ON g.buying_group_id = h.buying_group_id
    JOIN evident AS v ON v.buying_group_id = h.buying_group_id AND v.person_id = h.person_id
    JOIN group_person AS m ON m.buying_group_id = h.buying_group_id AND m.person_id = h.person_id
    JOIN took_part AS t ON t.buying_group_id = h.buying_group_id AND t.person_id = h.person_id
    JOIN addressed AS a ON a.person_id = h.person_id
    JOIN person_account AS s ON s.person_id = h.person_id AND s.account_id = g.account_id
    LEFT JOIN no_contact AS n ON n.person_id = h.person_id
)

SELECT
    o.buying_group_id,
    o.person_id,
    o.role,
    o.from_at,
    NULLIF(o.to_at, 9000000000000000) AS to_at
FROM overlap AS o
WHERE o.from_at < o.to_at

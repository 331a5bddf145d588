-- Who was taken for what in each group, from each moment that changed anybody's evidence on. A group has one champion and one
-- who decides, though not always among the people we know: each member's odds stand beside the others' and beside those that it
-- is nobody known (rules/role_signals.csv, `nobody`). Both seats are given at once: the two different people whose chances
-- multiply to the most. Everybody else has the likeliest other role.
WITH moment AS (
    SELECT
        m.buying_group_id,
        m.at,
        LEAD(m.at, 1, 9000000000000000) OVER (PARTITION BY m.buying_group_id ORDER BY m.at) AS to_at
    FROM (SELECT DISTINCT o.buying_group_id, o.from_at AS at FROM role_odds AS o) AS m
),

present AS (
    SELECT
        m.buying_group_id,
        m.at,
        m.to_at,
        o.person_id,
        o.other_role,
        o.other,
        INT_DIV(1000000 * LEAST(o.champion, 999000), GREATEST(1000000 - o.champion, 1000)) AS champion_odds,
        INT_DIV(1000000 * LEAST(o.decision_maker, 999000), GREATEST(1000000 - o.decision_maker, 1000)) AS decision_odds
    FROM moment AS m
    JOIN role_odds AS o ON o.buying_group_id = m.buying_group_id AND o.from_at <= m.at AND m.at < o.to_at
),

absent AS (
    SELECT
        r.from_at,
        r.to_at,
        r.role,
        CAST(FLOOR(r.times * 1e6 + 5e-1) AS BIGINT) AS odds
    FROM rule_role_signals AS r
    WHERE r.signal = 'nobody'
),

shared AS (
    SELECT
        p.buying_group_id,
        p.at,
        p.to_at,
        p.person_id,
        p.other_role,
        p.other,
        INT_DIV(1000000 * p.champion_odds, COALESCE(c.odds, 0) + CAST(SUM(p.champion_odds) OVER (PARTITION BY p.buying_group_id, p.at) AS BIGINT)
            + 1) AS champion,
        INT_DIV(1000000 * p.decision_odds, COALESCE(d.odds, 0) + CAST(SUM(p.decision_odds) OVER (PARTITION BY p.buying_group_id, p.at) AS BIGINT)
            + 1) AS decision,
        CASE WHEN CAST(SUM(p.champion_odds) OVER (PARTITION BY p.buying_group_id, p.at) AS BIGINT) >= COALESCE(c.odds, 0) THEN 1 ELSE 0 END AS has_champion,
        CASE WHEN CAST(SUM(p.decision_odds) OVER (PARTITION BY p.buying_group_id, p.at) AS BIGINT) >= COALESCE(d.odds, 0) THEN 1 ELSE 0 END AS has_decision
    FROM present AS p
    LEFT JOIN absent AS c ON c.role = 'champion' AND c.from_at <= p.at AND p.at < c.to_at
    LEFT JOIN absent AS d ON d.role = 'decision_maker' AND d.from_at <= p.at AND p.at < d.to_at
),

ranked AS (
    SELECT
        s.buying_group_id,
        s.at,
        s.person_id,
        s.champion,
        s.decision,
        s.has_champion,
        s.has_decision,
        ROW_NUMBER() OVER (PARTITION BY s.buying_group_id, s.at ORDER BY s.champion DESC, s.person_id) AS champion_rank,
        ROW_NUMBER() OVER (PARTITION BY s.buying_group_id, s.at ORDER BY s.decision DESC, s.person_id) AS decision_rank
    FROM shared AS s
),

-- One of the two best for either seat is in the best pair. A seat that may stay empty is worth as much as its emptiness is likely.
seat AS (
    SELECT r.buying_group_id, r.at, r.person_id AS champion_id, CAST(NULL AS VARCHAR) AS decision_id, r.champion AS worth
    FROM ranked AS r
    WHERE r.has_champion = 1
    AND r.has_decision = 0
    AND r.champion_rank = 1
    UNION ALL
    SELECT r.buying_group_id, r.at, CAST(NULL AS VARCHAR) AS champion_id, r.person_id AS decision_id, r.decision AS worth
    FROM ranked AS r
    WHERE r.has_decision = 1
    AND r.decision_rank = 1
    AND (r.has_champion = 0 OR NOT EXISTS (
        SELECT 1 FROM ranked AS o WHERE o.buying_group_id = r.buying_group_id AND o.at = r.at AND o.person_id <> r.person_id
    ) AND r.decision >= r.champion)
    UNION ALL
    SELECT r.buying_group_id, r.at, r.person_id AS champion_id, CAST(NULL AS VARCHAR) AS decision_id, r.champion AS worth
    FROM ranked AS r
    WHERE r.has_champion = 1
    AND r.has_decision = 1
    AND r.champion_rank = 1
    AND r.champion > r.decision
    AND NOT EXISTS (
        SELECT 1 FROM ranked AS o WHERE o.buying_group_id = r.buying_group_id AND o.at = r.at AND o.person_id <> r.person_id
    )
    UNION ALL
    SELECT c.buying_group_id, c.at, c.person_id AS champion_id, d.person_id AS decision_id, c.champion * d.decision AS worth
    FROM ranked AS c
    JOIN ranked AS d ON d.buying_group_id = c.buying_group_id AND d.at = c.at AND d.person_id <> c.person_id
    WHERE c.champion_rank <= 2
    AND d.decision_rank <= 2
    AND c.has_champion = 1
    AND c.has_decision = 1
),

chosen AS (
    SELECT
        s.buying_group_id,
        s.at,
        s.champion_id,
        s.decision_id,
        ROW_NUMBER() OVER (
            PARTITION BY s.buying_group_id, s.at ORDER BY s.worth DESC, COALESCE(s.champion_id, ''), COALESCE(s.decision_id, '')
        ) AS number
    FROM seat AS s
)

SELECT
    s.buying_group_id,
    s.person_id,
    s.at AS from_at,
    s.to_at,
    CASE
        WHEN s.person_id = c.champion_id THEN 'champion'
        WHEN s.person_id = c.decision_id THEN 'decision_maker'
        ELSE s.other_role
    END AS role,
    CASE
        WHEN s.person_id = c.champion_id THEN s.champion
        WHEN s.person_id = c.decision_id THEN s.decision
        ELSE INT_DIV(GREATEST(1000000 - s.champion - s.decision, 0) * s.other, 1000000)
    END AS millionths
FROM shared AS s
LEFT JOIN chosen AS c ON c.buying_group_id = s.buying_group_id AND c.at = s.at AND c.number = 1

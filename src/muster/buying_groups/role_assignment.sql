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

-- Odds of either seat against neither, in hundred-thousandths, which the chances rest on; and of each seat against everything else,
-- in millionths, by which it is given: whoever might sit in both is no surer of either for that.
present AS (
    SELECT
        m.buying_group_id,
        m.at,
        m.to_at,
        o.person_id,
        o.other_role,
        o.other,
        INT_DIV(100000 * o.champion, GREATEST(1000000 - o.champion - o.decision_maker, 1000)) AS champion_odds,
        INT_DIV(100000 * o.decision_maker, GREATEST(1000000 - o.champion - o.decision_maker, 1000)) AS decision_odds,
        INT_DIV(1000000 * LEAST(o.champion, 999000), GREATEST(1000000 - o.champion, 1000)) AS as_champion,
        INT_DIV(1000000 * LEAST(o.decision_maker, 999000), GREATEST(1000000 - o.decision_maker, 1000)) AS as_decider
    FROM moment AS m
    JOIN role_odds AS o ON o.buying_group_id = m.buying_group_id AND o.from_at <= m.at AND m.at < o.to_at
),

absent AS (
    SELECT
        r.from_at,
        r.to_at,
        r.role,
        CAST(FLOOR(r.times * 1e5 + 5e-1) AS BIGINT) AS odds
    FROM rule_role_signals AS r
    WHERE r.signal = 'nobody'
),

summed AS (
    SELECT
        p.buying_group_id,
        p.at,
        p.to_at,
        p.person_id,
        p.other_role,
        p.other,
        p.champion_odds,
        p.decision_odds,
        p.as_champion,
        p.as_decider,
        CASE
            WHEN CAST(SUM(p.as_champion) OVER (PARTITION BY p.buying_group_id, p.at) AS BIGINT) >= 10 * COALESCE(c.odds, 0) THEN 1 ELSE 0
        END AS has_champion,
        CASE
            WHEN CAST(SUM(p.as_decider) OVER (PARTITION BY p.buying_group_id, p.at) AS BIGINT) >= 10 * COALESCE(d.odds, 0) THEN 1 ELSE 0
        END AS has_decision,
        COALESCE(c.odds, 0) AS no_champion,
        COALESCE(d.odds, 0) AS no_decision,
        CAST(SUM(p.champion_odds) OVER (PARTITION BY p.buying_group_id, p.at) AS BIGINT) AS champions,
        CAST(SUM(p.decision_odds) OVER (PARTITION BY p.buying_group_id, p.at) AS BIGINT) AS deciders,
        CAST(SUM(p.champion_odds * p.decision_odds) OVER (PARTITION BY p.buying_group_id, p.at) AS BIGINT) AS same_person
    FROM present AS p
    LEFT JOIN absent AS c ON c.role = 'champion' AND c.from_at <= p.at AND p.at < c.to_at
    LEFT JOIN absent AS d ON d.role = 'decision_maker' AND d.from_at <= p.at AND p.at < d.to_at
),

-- Each pair of two people, or of one or two that nobody knows, weighs the product of its odds; a member's chance of a seat is the
-- part of the pairs in which they sit in it.
shared AS (
    SELECT
        s.buying_group_id,
        s.at,
        s.to_at,
        s.person_id,
        s.other_role,
        s.other,
        s.as_champion,
        s.as_decider,
        s.has_champion,
        s.has_decision,
        CAST(FLOOR(1e6 * (CAST(s.champion_odds AS DOUBLE) * (s.no_decision + s.deciders - s.decision_odds)) / NULLIF(
            CAST(s.no_champion + s.champions AS DOUBLE) * (s.no_decision + s.deciders) - s.same_person, 0e0
        )) AS BIGINT) AS champion,
        CAST(FLOOR(1e6 * (CAST(s.decision_odds AS DOUBLE) * (s.no_champion + s.champions - s.champion_odds)) / NULLIF(
            CAST(s.no_champion + s.champions AS DOUBLE) * (s.no_decision + s.deciders) - s.same_person, 0e0
        )) AS BIGINT) AS decision
    FROM summed AS s
),

ranked AS (
    SELECT
        s.buying_group_id,
        s.at,
        s.person_id,
        s.as_champion AS champion,
        s.as_decider AS decision,
        s.has_champion,
        s.has_decision,
        ROW_NUMBER() OVER (PARTITION BY s.buying_group_id, s.at ORDER BY s.as_champion DESC, s.person_id) AS champion_rank,
        ROW_NUMBER() OVER (PARTITION BY s.buying_group_id, s.at ORDER BY s.as_decider DESC, s.person_id) AS decision_rank
    FROM shared AS s
),

-- One of the two best for either seat is in the best pair. A seat stays empty where it is likelier that nobody known sits in it.
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
    s.champion,
    s.decision,
    CASE
        WHEN s.person_id = c.champion_id THEN s.champion
        WHEN s.person_id = c.decision_id THEN s.decision
        ELSE INT_DIV(GREATEST(1000000 - s.champion - s.decision, 0) * s.other, 1000000)
    END AS millionths
FROM shared AS s
LEFT JOIN chosen AS c ON c.buying_group_id = s.buying_group_id AND c.at = s.at AND c.number = 1

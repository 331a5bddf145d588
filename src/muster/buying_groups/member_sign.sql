-- What speaks for and against each person's taking part in the decision of their group, one row a sign, dated by when it was known:
-- coming back, colleagues who take part in the same two weeks, shares, sales' word and corrections, the function, and interest in
-- other solutions.
-- What somebody did in the weeks before their group opened counts from its opening: until then nobody knew of the group.
WITH part AS (
    SELECT
        e.buying_group_id,
        e.person_id,
        e.at - MOD(e.at, 86400000000) AS day_on,
        MIN(e.person_at) AS at
    FROM group_engagement AS e
    JOIN group_person AS p ON p.buying_group_id = e.buying_group_id AND p.person_id = e.person_id
    WHERE e.is_participation
    GROUP BY e.buying_group_id, e.person_id, e.at - MOD(e.at, 86400000000)
),

returned AS (
    SELECT
        d.buying_group_id,
        d.person_id,
        d.at,
        ROW_NUMBER() OVER (PARTITION BY d.buying_group_id, d.person_id ORDER BY d.at, d.day_on) AS days
    FROM part AS d
),

colleague AS (
    SELECT
        a.buying_group_id,
        a.person_id,
        b.person_id AS other_id,
        MIN(GREATEST(a.at, b.at)) AS at
    FROM part AS a
    JOIN part AS b
        ON b.buying_group_id = a.buying_group_id
        AND b.person_id <> a.person_id
        AND b.day_on >= a.day_on - 1209600000000
        AND b.day_on <= a.day_on + 1209600000000
    GROUP BY a.buying_group_id, a.person_id, b.person_id
),

elsewhere_day AS (
    SELECT
        p.buying_group_id,
        p.person_id,
        e.occurred_at - MOD(e.occurred_at, 86400000000) AS day_on,
        MIN(GREATEST(e.known_at, e.person_known_at)) AS at
    FROM group_person AS p
    JOIN group_cycle AS g ON g.buying_group_id = p.buying_group_id
    JOIN resolved_engagement AS e ON e.person_id = p.person_id AND e.account_id = g.account_id AND e.solution_id <> g.solution_id
    JOIN rule_policy AS r ON r.from_at <= g.opened_at AND g.opened_at < r.to_at
    WHERE e.is_participation
    AND GREATEST(e.known_at, e.person_known_at) >= g.opened_at - r.lead_in_us
    GROUP BY p.buying_group_id, p.person_id, e.occurred_at - MOD(e.occurred_at, 86400000000)
),

elsewhere AS (
    SELECT
        d.buying_group_id,
        d.person_id,
        d.at,
        ROW_NUMBER() OVER (PARTITION BY d.buying_group_id, d.person_id ORDER BY d.at, d.day_on) AS days
    FROM elsewhere_day AS d
),

passed AS (
    SELECT g.buying_group_id, s.from_person_id AS person_id, s.sharer_at AS at
    FROM share AS s
    JOIN group_engagement AS g ON g.engagement_id = s.engagement_id
    WHERE s.from_person_id IS NOT NULL
    UNION ALL
    SELECT g.buying_group_id, s.to_person_id AS person_id, s.sharer_at AS at
    FROM share AS s
    JOIN group_engagement AS g ON g.engagement_id = s.engagement_id
    WHERE s.from_person_id IS NOT NULL
),

-- A function speaks once: by the deals won before the person was in the group or, where that was later, before the title was known.
fitting AS (
    SELECT
        p.buying_group_id,
        p.person_id,
        GREATEST(p.joined_at, g.opened_at, k.title_known_at) AS at,
        g.solution_id,
        k.function
    FROM group_person AS p
    JOIN group_cycle AS g ON g.buying_group_id = p.buying_group_id
    JOIN person_rank AS k ON k.person_id = p.person_id
),

sign AS (
    SELECT p.buying_group_id, p.person_id, p.joined_at AS at, 'joined' AS sign, 1 AS number
    FROM group_person AS p
    UNION ALL
    SELECT d.buying_group_id, d.person_id, d.at, 'came_back' AS sign, CASE d.days WHEN 2 THEN 1 WHEN 4 THEN 2 WHEN 8 THEN 3 ELSE 4 END AS number
    FROM returned AS d
    WHERE d.days IN (2, 4, 8, 16)
    UNION ALL
    SELECT
        c.buying_group_id,
        c.person_id,
        c.at,
        'colleague' AS sign,
        ROW_NUMBER() OVER (PARTITION BY c.buying_group_id, c.person_id ORDER BY c.at, c.other_id) AS number
    FROM colleague AS c
    UNION ALL
    SELECT d.buying_group_id, d.person_id, d.at, 'elsewhere' AS sign, CASE d.days WHEN 1 THEN 1 WHEN 3 THEN 2 WHEN 7 THEN 3 ELSE 4 END AS number
    FROM elsewhere AS d
    WHERE d.days IN (1, 3, 7, 15)
    UNION ALL
    SELECT s.buying_group_id, s.person_id, MIN(s.at) AS at, 'shared' AS sign, 1 AS number
    FROM passed AS s
    GROUP BY s.buying_group_id, s.person_id
    UNION ALL
    SELECT n.buying_group_id, n.person_id, MIN(n.at) AS at, n.word AS sign, 1 AS number
    FROM named_person AS n
    GROUP BY n.buying_group_id, n.person_id, n.word
),

-- What a seller or a reviewer said of the person's part counts until they say otherwise, which takes it back.
word AS (
    SELECT
        r.buying_group_id,
        r.person_id,
        r.at,
        r.number,
        CASE WHEN r.role = 'none' THEN 'ruled_out' ELSE 'vouched_for' END AS sign,
        CASE WHEN r.role_before = 'none' THEN 'ruled_out' WHEN r.role_before IS NOT NULL THEN 'vouched_for' END AS sign_before
    FROM role_correction AS r
),

turned AS (
    SELECT w.buying_group_id, w.person_id, w.at, w.number, w.sign, 1 AS times
    FROM word AS w
    WHERE w.sign_before IS NULL
    OR w.sign_before <> w.sign
    UNION ALL
    SELECT w.buying_group_id, w.person_id, w.at, w.number, w.sign_before AS sign, -1 AS times
    FROM word AS w
    WHERE w.sign_before <> w.sign
),

weighed AS (
    SELECT
        s.buying_group_id,
        s.person_id,
        s.at,
        s.sign,
        s.number,
        CAST(FLOOR(1e3 * LN(r.times) + 5e-1) AS BIGINT) AS weight
    FROM sign AS s
    JOIN rule_membership AS r ON r.sign = s.sign AND s.number <= r.at_most AND r.from_at <= s.at AND s.at < r.to_at
    UNION ALL
    SELECT
        t.buying_group_id,
        t.person_id,
        t.at,
        t.sign,
        t.number,
        t.times * CAST(FLOOR(1e3 * LN(r.times) + 5e-1) AS BIGINT) AS weight
    FROM turned AS t
    JOIN rule_membership AS r ON r.sign = t.sign AND r.from_at <= t.at AND t.at < r.to_at
    UNION ALL
    SELECT
        f.buying_group_id,
        f.person_id,
        f.at,
        'function' AS sign,
        1 AS number,
        CAST(FLOOR(1e3 * LN(v.times) + 5e-1) AS BIGINT) AS weight
    FROM fitting AS f
    JOIN function_relevance AS v
        ON v.solution_id = f.solution_id
        AND v.function = f.function
        AND v.from_at < f.at
        AND f.at <= COALESCE(v.to_at, 9000000000000000)
)

SELECT
    w.buying_group_id,
    w.person_id,
    w.sign,
    w.number,
    GREATEST(w.at, p.joined_at, g.opened_at) AS at,
    w.weight
FROM weighed AS w
JOIN group_person AS p ON p.buying_group_id = w.buying_group_id AND p.person_id = w.person_id
JOIN group_cycle AS g ON g.buying_group_id = w.buying_group_id
WHERE g.closed_at IS NULL
OR w.at < g.closed_at

-- Acts that are about the company and no one solution, divided over the groups their person was in at the time, in proportion to how
-- likely each membership was then: the parts of one act add up to one. One act a person and day.
WITH general AS (
    SELECT
        e.engagement_id,
        e.account_id,
        e.person_id,
        GREATEST(e.known_at, e.person_known_at) AS at,
        ROW_NUMBER() OVER (
            PARTITION BY e.account_id, e.person_id, e.occurred_at - MOD(e.occurred_at, 86400000000)
            ORDER BY GREATEST(e.known_at, e.person_known_at), e.engagement_id
        ) AS number
    FROM resolved_engagement AS e
    WHERE e.solution_id IS NULL
    AND e.account_id IS NOT NULL
    AND e.person_id IS NOT NULL
    AND e.is_participation
),

likely AS (
    SELECT
        a.engagement_id,
        a.person_id,
        a.at,
        p.buying_group_id,
        CAST(SUM(s.weight) AS BIGINT) AS weight
    FROM general AS a
    JOIN group_person AS p ON p.person_id = a.person_id AND p.joined_at <= a.at
    JOIN group_cycle AS g
        ON g.buying_group_id = p.buying_group_id AND g.account_id = a.account_id AND (g.closed_at IS NULL OR a.at < g.closed_at)
    JOIN member_sign AS s ON s.buying_group_id = p.buying_group_id AND s.person_id = p.person_id AND s.at <= a.at
    WHERE a.number = 1
    GROUP BY a.engagement_id, a.person_id, a.at, p.buying_group_id
),

-- From here on whole numbers: millionths, of which the likeliest group takes what the division leaves.
membership_then AS (
    SELECT
        l.engagement_id,
        l.person_id,
        l.at,
        l.buying_group_id,
        CAST(FLOOR(1e6 / NULLIF(1e0 + EXP(-l.weight / 1e3), 0e0) + 5e-1) AS BIGINT) + 1 AS likelihood
    FROM likely AS l
),

divided AS (
    SELECT
        m.engagement_id,
        m.person_id,
        m.at,
        m.buying_group_id,
        INT_DIV(1000000 * m.likelihood, NULLIF(CAST(SUM(m.likelihood) OVER (PARTITION BY m.engagement_id) AS BIGINT), 0)) AS millionths,
        ROW_NUMBER() OVER (PARTITION BY m.engagement_id ORDER BY m.likelihood DESC, m.buying_group_id) AS number
    FROM membership_then AS m
)

SELECT
    d.engagement_id,
    d.buying_group_id,
    d.person_id,
    d.at,
    d.millionths
        + CASE WHEN d.number = 1 THEN 1000000 - CAST(SUM(d.millionths) OVER (PARTITION BY d.engagement_id) AS BIGINT) ELSE 0 END AS millionths
FROM divided AS d

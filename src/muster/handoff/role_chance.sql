-- Every role's chance for every known member, as told now: of the seats of champion and of who decides by all pairs of people who
-- could sit in them, of the other roles by what is left, and `none` for not taking part in the decision at all. Each member's
-- chances add up to 10,000 ten-thousandths; `none` takes what rounding leaves.
WITH seated AS (
    SELECT
        a.buying_group_id,
        a.person_id,
        a.champion,
        a.decision,
        CAST(FLOOR(m.confidence * 1e4 + 5e-1) AS BIGINT) AS member
    FROM role_assignment AS a
    JOIN member AS m ON m.buying_group_id = a.buying_group_id AND m.person_id = a.person_id
    WHERE a.to_at = 9000000000000000
),

other AS (
    SELECT
        k.buying_group_id,
        k.person_id,
        k.role,
        k.likelihood,
        CAST(SUM(CASE WHEN k.role IN ('champion', 'decision_maker') THEN 0 ELSE k.likelihood END) OVER (
            PARTITION BY k.buying_group_id, k.person_id
        ) AS BIGINT) AS others
    FROM role_likelihood AS k
    WHERE k.to_at = 9000000000000000
),

chance AS (
    SELECT
        s.buying_group_id,
        s.person_id,
        o.role,
        INT_DIV(s.member * CASE
            WHEN o.role = 'champion' THEN s.champion
            WHEN o.role = 'decision_maker' THEN s.decision
            ELSE INT_DIV(GREATEST(1000000 - s.champion - s.decision, 0) * o.likelihood, GREATEST(o.others, 1))
        END, 1000000) AS ten_thousandths
    FROM seated AS s
    JOIN other AS o ON o.buying_group_id = s.buying_group_id AND o.person_id = s.person_id
)

SELECT
    c.buying_group_id,
    c.person_id,
    c.role,
    c.ten_thousandths / 1e4 AS probability
FROM chance AS c
UNION ALL
SELECT
    c.buying_group_id,
    c.person_id,
    'none' AS role,
    (10000 - CAST(SUM(c.ten_thousandths) AS BIGINT)) / 1e4 AS probability
FROM chance AS c
GROUP BY c.buying_group_id, c.person_id

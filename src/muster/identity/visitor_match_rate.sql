-- Of each weak sign: browsers it placed, how many of them said later who they are, and how often it had been right, with
-- Wilson's interval and the confidence that was stated. As known on the date of the run.
WITH placed AS (
    SELECT
        m.visitor_id,
        m.method,
        CAST(FLOOR(m.confidence * 1e6 + 5e-1) AS BIGINT) AS stated_millionths,
        ROW_NUMBER() OVER (PARTITION BY m.visitor_id, m.method ORDER BY m.from_at) AS number
    FROM visitor_match AS m
    WHERE m.method <> 'identified_visit'
),

counted AS (
    SELECT
        p.method,
        COUNT(*) AS visitor_count,
        COUNT(e.visitor_id) AS checked_count,
        CAST(SUM(CASE WHEN e.is_right THEN 1 ELSE 0 END) AS BIGINT) AS confirmed_count,
        CAST(SUM(CASE WHEN e.visitor_id IS NOT NULL THEN p.stated_millionths END) AS BIGINT) AS stated_sum
    FROM placed AS p
    LEFT JOIN match_evidence AS e ON e.method = p.method AND e.visitor_id = p.visitor_id
    WHERE p.number = 1
    GROUP BY p.method
),

share AS (
    SELECT
        c.method,
        c.visitor_count,
        c.checked_count,
        c.confirmed_count,
        c.stated_sum,
        CAST(c.checked_count AS DOUBLE) AS n,
        CAST(c.confirmed_count AS DOUBLE) / NULLIF(c.checked_count, 0) AS hit_share
    FROM counted AS c
),

-- The constants are z^2 / 2, z^2 and z^2 / 4 of z = 1.959963985, the middle 95 % of a normal curve.
wilson AS (
    SELECT
        s.method,
        (s.hit_share * s.n + 1.92072941e0) / (s.n + 3.84145882e0) AS middle,
        1.959963985e0 * SQRT(s.hit_share * (1e0 - s.hit_share) * s.n + 9.60364705e-1) / (s.n + 3.84145882e0) AS half_width
    FROM share AS s
)

SELECT
    s.method,
    s.visitor_count,
    s.checked_count,
    s.confirmed_count,
    s.checked_count - s.confirmed_count AS contradicted_count,
    s.hit_share,
    GREATEST(w.middle - w.half_width, 0e0) AS hit_share_low,
    LEAST(w.middle + w.half_width, 1e0) AS hit_share_high,
    CAST(s.stated_sum AS DOUBLE) / 1e6 / NULLIF(s.checked_count, 0) AS stated_confidence
FROM share AS s
JOIN wilson AS w ON w.method = s.method

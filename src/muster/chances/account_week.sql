-- What was done about each interest by each Monday, with who took part: how senior and of how many functions as titles were known that
-- Monday, and how much of it one person alone did.
WITH ranked AS (
    SELECT
        a.interest,
        a.week_at,
        a.age,
        a.points_13,
        r.is_person,
        CASE WHEN r.title_known_at <= a.week_at AND r.seniority_rank >= 4 THEN 1 ELSE 0 END AS senior,
        CASE WHEN r.title_known_at <= a.week_at AND r.function <> 'unknown' AND a.age < 13 THEN r.function END AS function
    FROM actor_week AS a
    JOIN chance_actor AS r ON r.number = a.actor
),

people AS (
    SELECT
        r.interest,
        r.week_at,
        MIN(r.age) AS age,
        CAST(SUM(CASE WHEN r.is_person AND r.age < 4 THEN 1 ELSE 0 END) AS BIGINT) AS people_4,
        CAST(SUM(CASE WHEN r.is_person AND r.age < 13 THEN 1 ELSE 0 END) AS BIGINT) AS people_13,
        CAST(SUM(CASE WHEN r.is_person THEN 1 ELSE 0 END) AS BIGINT) AS people_26,
        CAST(SUM(CASE WHEN NOT r.is_person AND r.age < 4 THEN 1 ELSE 0 END) AS BIGINT) AS visitors_4,
        CAST(SUM(CASE WHEN NOT r.is_person AND r.age < 13 THEN 1 ELSE 0 END) AS BIGINT) AS visitors_13,
        CAST(SUM(CASE WHEN NOT r.is_person THEN 1 ELSE 0 END) AS BIGINT) AS visitors_26,
        CAST(SUM(CASE WHEN r.age < 4 THEN r.senior ELSE 0 END) AS BIGINT) AS seniors_4,
        CAST(SUM(CASE WHEN r.age < 13 THEN r.senior ELSE 0 END) AS BIGINT) AS seniors_13,
        COUNT(DISTINCT r.function) AS functions,
        MAX(CASE WHEN r.is_person THEN r.points_13 ELSE 0 END) AS largest
    FROM ranked AS r
    GROUP BY r.interest, r.week_at
)

SELECT
    d.interest,
    d.week_at,
    p.age,
    d.acts_4,
    d.acts_13,
    d.acts_26,
    d.points_4,
    d.points_13,
    d.points_26,
    d.fast,
    d.slow,
    d.demos,
    d.prices,
    d.forms,
    d.events,
    d.ads,
    d.reviews,
    d.answers,
    p.people_4,
    p.people_13,
    p.people_26,
    p.visitors_4,
    p.visitors_13,
    p.visitors_26,
    p.seniors_4,
    p.seniors_13,
    p.functions,
    p.largest
FROM done_week AS d
JOIN people AS p ON p.interest = d.interest AND p.week_at = d.week_at

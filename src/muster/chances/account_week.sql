-- The same for each account and solution: who took part, how senior and of how many functions as titles were known that Monday, and how
-- much of it one person alone did.
WITH ranked AS (
    SELECT
        a.account_id,
        a.solution_id,
        a.week_at,
        a.is_person,
        a.age,
        a.acts_4,
        a.acts_13,
        a.acts_26,
        a.points_4,
        a.points_13,
        a.points_26,
        a.fast,
        a.slow,
        a.demos,
        a.prices,
        a.forms,
        a.events,
        a.ads,
        a.reviews,
        a.answers,
        CASE WHEN r.title_known_at <= a.week_at AND r.seniority_rank >= 4 THEN 1 ELSE 0 END AS senior,
        CASE WHEN r.title_known_at <= a.week_at AND r.function <> 'unknown' AND a.acts_13 > 0 THEN r.function END AS function
    FROM actor_week AS a
    LEFT JOIN person_rank AS r ON a.is_person AND r.person_id = a.actor
)

SELECT
    r.account_id,
    r.solution_id,
    r.week_at,
    MIN(r.age) AS age,
    CAST(SUM(r.acts_4) AS BIGINT) AS acts_4,
    CAST(SUM(r.acts_13) AS BIGINT) AS acts_13,
    CAST(SUM(r.acts_26) AS BIGINT) AS acts_26,
    CAST(SUM(r.points_4) AS BIGINT) AS points_4,
    CAST(SUM(r.points_13) AS BIGINT) AS points_13,
    CAST(SUM(r.points_26) AS BIGINT) AS points_26,
    CAST(SUM(r.fast) AS BIGINT) AS fast,
    CAST(SUM(r.slow) AS BIGINT) AS slow,
    CAST(SUM(r.demos) AS BIGINT) AS demos,
    CAST(SUM(r.prices) AS BIGINT) AS prices,
    CAST(SUM(r.forms) AS BIGINT) AS forms,
    CAST(SUM(r.events) AS BIGINT) AS events,
    CAST(SUM(r.ads) AS BIGINT) AS ads,
    CAST(SUM(r.reviews) AS BIGINT) AS reviews,
    CAST(SUM(r.answers) AS BIGINT) AS answers,
    CAST(SUM(CASE WHEN r.is_person AND r.acts_4 > 0 THEN 1 ELSE 0 END) AS BIGINT) AS people_4,
    CAST(SUM(CASE WHEN r.is_person AND r.acts_13 > 0 THEN 1 ELSE 0 END) AS BIGINT) AS people_13,
    CAST(SUM(CASE WHEN r.is_person THEN 1 ELSE 0 END) AS BIGINT) AS people_26,
    CAST(SUM(CASE WHEN NOT r.is_person AND r.acts_4 > 0 THEN 1 ELSE 0 END) AS BIGINT) AS visitors_4,
    CAST(SUM(CASE WHEN NOT r.is_person AND r.acts_13 > 0 THEN 1 ELSE 0 END) AS BIGINT) AS visitors_13,
    CAST(SUM(CASE WHEN NOT r.is_person THEN 1 ELSE 0 END) AS BIGINT) AS visitors_26,
    CAST(SUM(CASE WHEN r.acts_4 > 0 THEN r.senior ELSE 0 END) AS BIGINT) AS seniors_4,
    CAST(SUM(CASE WHEN r.acts_13 > 0 THEN r.senior ELSE 0 END) AS BIGINT) AS seniors_13,
    COUNT(DISTINCT r.function) AS functions,
    MAX(CASE WHEN r.is_person THEN r.points_13 ELSE 0 END) AS largest
FROM ranked AS r
GROUP BY r.account_id, r.solution_id, r.week_at

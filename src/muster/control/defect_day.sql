-- Defects by day and kind, of what sales was given long enough ago for a verdict, with the things given and those without any defect.
WITH mature AS (
    SELECT d.process, d.unit_id, d.defect, d.is_defect, d.at - MOD(d.at, 86400000000) AS given_on
    FROM defect AS d
    JOIN given_unit AS g ON g.process = d.process AND g.unit_id = d.unit_id
    CROSS JOIN clock AS c
    WHERE g.verdict_at <= c.as_of_at
),

unit AS (
    SELECT m.process, m.given_on, m.unit_id, MAX(CASE WHEN m.is_defect THEN 1 ELSE 0 END) AS is_bad
    FROM mature AS m
    GROUP BY m.process, m.given_on, m.unit_id
),

passed AS (
    SELECT u.process, u.given_on, COUNT(*) AS unit_count, COUNT(CASE WHEN u.is_bad = 0 THEN 1 END) AS passed_count
    FROM unit AS u
    GROUP BY u.process, u.given_on
)

SELECT
    m.process,
    m.given_on,
    m.defect,
    MAX(p.unit_count) AS unit_count,
    MAX(p.passed_count) AS passed_count,
    COUNT(m.is_defect) AS judged_count,
    COUNT(CASE WHEN m.is_defect THEN 1 END) AS defect_count
FROM mature AS m
JOIN passed AS p ON p.process = m.process AND p.given_on = m.given_on
GROUP BY m.process, m.given_on, m.defect

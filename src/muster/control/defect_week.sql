-- Defects by the week in which sales was given them: of each kind, and ("any") things given with at least one. A week is mature once
-- the time for verdicts on all of it is over.
WITH verdict AS (
    SELECT d.process, d.unit_id, d.defect, d.is_defect, d.at - MOD(d.at - 345600000000, 604800000000) AS week_at -- 5 January 1970 was a Monday
    FROM defect AS d
    WHERE d.is_defect IS NOT NULL
),

counted AS (
    SELECT d.process, d.unit_id, d.week_at, d.defect, d.is_defect
    FROM verdict AS d
    UNION ALL
    SELECT d.process, d.unit_id, d.week_at, 'any' AS defect, MAX(CASE WHEN d.is_defect THEN 1 ELSE 0 END) = 1 AS is_defect
    FROM verdict AS d
    GROUP BY d.process, d.unit_id, d.week_at
)

SELECT
    k.process,
    k.defect,
    k.week_at,
    COUNT(*) AS unit_count,
    COUNT(CASE WHEN k.is_defect THEN 1 END) AS defect_count,
    k.week_at + 604800000000 + MAX(g.verdict_at - g.at) <= MAX(c.as_of_at) AS is_mature
FROM counted AS k
JOIN given_unit AS g ON g.process = k.process AND g.unit_id = k.unit_id
CROSS JOIN clock AS c
GROUP BY k.process, k.defect, k.week_at

-- Defects by the week in which sales was given them: of each kind, and ("any") things given with at least one. A week is mature once
-- the time for verdicts on all of it is over.
WITH counted AS (
    SELECT d.process, d.unit_id, d.at, d.defect, d.is_defect
    FROM defect AS d
    WHERE d.is_defect IS NOT NULL
    UNION ALL
    SELECT d.process, d.unit_id, d.at, 'any' AS defect, MAX(CASE WHEN d.is_defect THEN 1 ELSE 0 END) = 1 AS is_defect
    FROM defect AS d
    WHERE d.is_defect IS NOT NULL
    GROUP BY d.process, d.unit_id, d.at
)

SELECT
    k.process,
    k.defect,
    w.week_at,
    COUNT(*) AS unit_count,
    COUNT(CASE WHEN k.is_defect THEN 1 END) AS defect_count,
    w.week_at + 604800000000 + MAX(g.verdict_at - g.at) <= MAX(c.as_of_at) AS is_mature
FROM counted AS k
JOIN given_unit AS g ON g.process = k.process AND g.unit_id = k.unit_id
JOIN week AS w ON w.week_at <= k.at AND k.at < w.week_at + 604800000000
CROSS JOIN clock AS c
GROUP BY k.process, k.defect, w.week_at

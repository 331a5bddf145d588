-- What reading the files found, and beside it what the flow noticed: no file and row there, for many rows stand behind one. A goal of a
-- programme that is on no record has both: it is a row of a rule file.
SELECT
    i.severity,
    i.source,
    i.file,
    i."row",
    i."column",
    i.value,
    i.reason,
    i.remedy,
    i.count
FROM intake_problem AS i
UNION ALL
SELECT
    f.severity,
    '(flow)' AS source,
    '(all)' AS file,
    CAST(NULL AS BIGINT) AS "row",
    f."column",
    f.value,
    f.reason,
    f.remedy,
    f.count
FROM finding AS f
UNION ALL
SELECT
    'warning' AS severity,
    '(flow)' AS source,
    'rules/program_goals.csv' AS file,
    MIN(g.position_in_file) + 1 AS "row",
    'program_id' AS "column",
    g.program_id AS value,
    'is a programme that is on no record: whether its goals were met cannot be told' AS reason,
    'Write the id that the source gives it, as in: muster query "SELECT tactic_id, name FROM known_tactic"' AS remedy,
    COUNT(*) AS count
FROM rule_program_goals AS g
CROSS JOIN clock AS c
LEFT JOIN known_tactic AS t ON t.program_id = g.program_id
LEFT JOIN known_tactic AS s ON s.tactic_id = g.program_id
WHERE t.tactic_id IS NULL
AND s.tactic_id IS NULL
AND g.from_at <= c.as_of_at
GROUP BY g.program_id

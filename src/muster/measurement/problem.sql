-- What reading the files found, and beside it what the flow noticed: no file and row there, for many rows stand behind one.
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

-- Each account with each solution that is asked about, and with none ('', the company as a whole), under a whole number: what has a row for
-- every Monday is grouped and joined by it, a third cheaper than by two texts. `whole` is the number of the account with none.
WITH asked AS (
    SELECT k.solution_id, k.since
    FROM asked_solution AS k
    UNION ALL
    SELECT '' AS solution_id, CAST(NULL AS BIGINT) AS since
    FROM clock AS c
),

numbered AS (
    SELECT
        b.account_id,
        b.engagement_id AS first_act,
        k.solution_id,
        k.since,
        ROW_NUMBER() OVER (ORDER BY b.account_id, k.solution_id) AS interest
    FROM first_act AS b
    CROSS JOIN asked AS k
)

SELECT
    n.account_id,
    n.first_act,
    n.solution_id,
    n.since,
    n.interest,
    w.interest AS whole
FROM numbered AS n
JOIN numbered AS w ON w.account_id = n.account_id AND w.solution_id = ''

-- Pairs of openings of the same content that would have followed each other if one of the two people had lived two to five weeks
-- earlier or later: what colleagues open alike at any time, and nobody passed on. Eight shifts; the mean is what chance brings.
WITH pair AS (
    SELECT
        CASE WHEN f.is_organic THEN 'own' ELSE 'led' END AS first_came,
        o.occurred_at - f.occurred_at + 6047999999999 AS gap
    FROM content_opening AS o
    JOIN content_opening AS f
        ON f.account_id = o.account_id
        AND f.solution_id = o.solution_id
        AND f.content_id = o.content_id
        AND f.person_id <> o.person_id
        AND o.occurred_at <= f.occurred_at + 3628800000000
        AND o.occurred_at > f.occurred_at - 3024000000000
    WHERE o.is_organic
),

shifted AS (
    SELECT
        p.first_came,
        INT_DIV(p.gap, 604800000000) - 10 AS weeks,
        p.gap - 604800000000 * INT_DIV(p.gap, 604800000000) AS gap
    FROM pair AS p
)

SELECT
    s.first_came,
    s.weeks,
    CASE WHEN s.gap < 172800000000 THEN 2 WHEN s.gap < 345600000000 THEN 4 ELSE 7 END AS within_days,
    COUNT(*) AS pair_count
FROM shifted AS s
WHERE s.weeks <= -2
OR s.weeks >= 2
GROUP BY s.first_came, s.weeks, CASE WHEN s.gap < 172800000000 THEN 2 WHEN s.gap < 345600000000 THEN 4 ELSE 7 END

-- Every organic opening that followed one by a colleague within seven days, of the same content or of another one about the same
-- solution, with the chance (in millionths) that the two would be of the same content if who opened what were drawn by lot: among
-- all organic openings about the solution (interest kept), and among those of the account in the same four weeks (timing kept too).
WITH popularity AS (
    SELECT
        o.solution_id,
        o.content_id,
        COUNT(*) AS openings,
        CAST(SUM(COUNT(*)) OVER (PARTITION BY o.solution_id) AS BIGINT) AS all_openings
    FROM content_opening AS o
    WHERE o.is_organic
    GROUP BY o.solution_id, o.content_id
),

block_content AS (
    SELECT o.account_id, o.solution_id, o.block, o.content_id, COUNT(*) AS openings
    FROM content_opening AS o
    GROUP BY o.account_id, o.solution_id, o.block, o.content_id
),

block_chance AS (
    SELECT
        b.account_id,
        b.solution_id,
        b.block,
        CAST(SUM(b.openings * (b.openings - 1)) AS BIGINT) AS same_pairs,
        CAST(SUM(b.openings) AS BIGINT) * (CAST(SUM(b.openings) AS BIGINT) - 1) AS all_pairs
    FROM block_content AS b
    GROUP BY b.account_id, b.solution_id, b.block
)

SELECT
    f.account_id,
    f.solution_id,
    f.content_id,
    f.person_id AS from_person_id,
    o.person_id AS to_person_id,
    f.occurred_at AS first_at,
    o.occurred_at AS read_at,
    GREATEST(f.known_at, o.known_at) AS known_at,
    o.engagement_id,
    CASE WHEN f.is_organic THEN 'own' ELSE 'led' END AS first_came,
    CASE WHEN f.content_id = o.content_id THEN 1 ELSE 0 END AS is_same,
    CASE
        WHEN o.occurred_at - f.occurred_at <= 172800000000 THEN 2
        WHEN o.occurred_at - f.occurred_at <= 345600000000 THEN 4
        ELSE 7
    END AS within_days,
    COALESCE(INT_DIV(1000000 * p.openings, NULLIF(p.all_openings, 0)), 0) AS chance_by_interest,
    COALESCE(INT_DIV(1000000 * b.same_pairs, NULLIF(b.all_pairs, 0)), 0) AS chance_by_block
FROM content_opening AS o
JOIN content_opening AS f
    ON f.account_id = o.account_id
    AND f.solution_id = o.solution_id
    AND f.person_id <> o.person_id
    AND f.occurred_at < o.occurred_at
    AND o.occurred_at <= f.occurred_at + 604800000000
LEFT JOIN popularity AS p ON p.solution_id = f.solution_id AND p.content_id = f.content_id
LEFT JOIN block_chance AS b ON b.account_id = o.account_id AND b.solution_id = o.solution_id AND b.block = o.block
WHERE o.is_organic

-- The first opening of each piece of content about one solution by each known person. Organic: we neither sent it to them nor
-- led them there, and no tracked link did. Blocks are stretches of four weeks.
WITH opening AS (
    SELECT
        e.account_id,
        e.solution_id,
        e.content_id,
        e.person_id,
        e.engagement_id,
        e.occurred_at,
        GREATEST(e.known_at, e.person_known_at) AS known_at,
        e.tactic_id IS NULL AND e.share_token IS NULL AS is_organic,
        ROW_NUMBER() OVER (
            PARTITION BY e.account_id, e.solution_id, e.content_id, e.person_id ORDER BY e.occurred_at, e.engagement_id
        ) AS number
    FROM resolved_engagement AS e
    WHERE e.account_id IS NOT NULL
    AND e.solution_id IS NOT NULL
    AND e.content_id IS NOT NULL
    AND e.person_id IS NOT NULL
    AND e.is_act
)

SELECT
    o.account_id,
    o.solution_id,
    o.content_id,
    o.person_id,
    o.engagement_id,
    o.occurred_at,
    o.known_at,
    o.is_organic,
    INT_DIV(o.occurred_at, 2419200000000) AS block
FROM opening AS o
WHERE o.number = 1

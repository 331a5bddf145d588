-- The act by which each account was first known. Lots and parts of a sample are drawn by it and not by the account's id, which may give
-- way to another one: what was drawn once is drawn again by a later run.
SELECT
    x.account_id,
    x.engagement_id
FROM (
    SELECT
        e.account_id,
        e.engagement_id,
        ROW_NUMBER() OVER (
            PARTITION BY e.account_id ORDER BY GREATEST(e.occurred_at, e.known_at), e.engagement_id
        ) AS number
    FROM resolved_engagement AS e
    WHERE e.account_id IS NOT NULL
    AND e.is_act
    AND (e.activity <> 'campaign_responded' OR e.is_participation)
) AS x
WHERE x.number = 1

-- What each attribution model gives each touch, as whole weights: shares are weight / sum of weights. Milestones that fall on
-- one touch add up; a milestone an opportunity lacks, or an empty middle, leaves its part to the others. With m touches in the
-- middle, W gives a milestone 3 m to their 1 (30 % to 10 % / m), full path 9 m to their 4 (22.5 % to 10 % / m).
WITH milestone_count AS (
    SELECT
        m.opportunity_id,
        CAST(SUM(CASE WHEN m.is_first + m.is_lead + m.is_creation = 0 THEN 1 ELSE 0 END) AS BIGINT) AS w_middle,
        CAST(SUM(CASE WHEN m.is_first + m.is_lead + m.is_creation + m.is_closing = 0 THEN 1 ELSE 0 END) AS BIGINT) AS full_middle
    FROM milestone AS m
    GROUP BY m.opportunity_id
),

aged AS (
    SELECT
        t.opportunity_id,
        t.position,
        CAST(FLOOR(1e6 * POWER(2e0, (t.occurred_at - t.until_at) * p.credit_fade) + 5e-1) AS BIGINT) AS weight
    FROM touch AS t
    JOIN rule_policy AS p ON p.from_at <= t.opportunity_at AND t.opportunity_at < p.to_at
)

SELECT m.opportunity_id, m.position, 'first' AS attribution_model, CAST(1 AS BIGINT) AS weight
FROM milestone AS m
WHERE m.is_first = 1
UNION ALL
SELECT m.opportunity_id, m.position, 'last' AS attribution_model, CAST(1 AS BIGINT) AS weight
FROM milestone AS m
WHERE m.is_last = 1
UNION ALL
SELECT m.opportunity_id, m.position, 'linear' AS attribution_model, CAST(1 AS BIGINT) AS weight
FROM milestone AS m
UNION ALL
SELECT a.opportunity_id, a.position, 'time_decay' AS attribution_model, GREATEST(a.weight, 1) AS weight
FROM aged AS a
UNION ALL
SELECT m.opportunity_id, m.position, 'u' AS attribution_model, CAST(m.is_first + m.is_lead AS BIGINT) AS weight
FROM milestone AS m
WHERE m.is_first + m.is_lead > 0
UNION ALL
SELECT m.opportunity_id, m.position, 'w' AS attribution_model,
    CASE
        WHEN m.is_first + m.is_lead + m.is_creation = 0 THEN 1
        ELSE GREATEST(3 * c.w_middle, 1) * (m.is_first + m.is_lead + m.is_creation)
    END AS weight
FROM milestone AS m
JOIN milestone_count AS c ON c.opportunity_id = m.opportunity_id
UNION ALL
SELECT m.opportunity_id, m.position, 'full_path' AS attribution_model,
    CASE
        WHEN m.is_first + m.is_lead + m.is_creation + m.is_closing = 0 THEN 4
        ELSE GREATEST(9 * c.full_middle, 1) * (m.is_first + m.is_lead + m.is_creation + m.is_closing)
    END AS weight
FROM milestone AS m
JOIN milestone_count AS c ON c.opportunity_id = m.opportunity_id

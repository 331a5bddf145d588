-- Half as much to a touch that is one half-life older, in millionths; never nothing.
SELECT
    t.opportunity_id,
    t.position,
    GREATEST(CAST(FLOOR(1e6 * POWER(2e0, (t.occurred_at - t.until_at) * p.credit_fade) + 5e-1) AS BIGINT), 1) AS weight
FROM touch AS t
JOIN rule_policy AS p ON p.from_at <= t.opportunity_at AND t.opportunity_at < p.to_at

-- What each attribution model credits a programme with of one opportunity: credit without its touches. A quarter's credit, or that of
-- one model, is added up from these; there are several times fewer of them.
SELECT
    c.opportunity_id,
    c.attribution_model,
    COALESCE(t.program_id, c.tactic_id, CASE WHEN c.engagement_id IS NULL THEN '(unattributed)' ELSE '(no programme)' END) AS program_id,
    CAST(SUM(c.credit_cents) AS BIGINT) AS credit_cents,
    c.currency,
    COUNT(c.engagement_id) AS touch_count,
    c.is_won
FROM credit AS c
LEFT JOIN known_tactic AS t ON t.tactic_id = c.tactic_id
GROUP BY
    c.opportunity_id,
    c.attribution_model,
    COALESCE(t.program_id, c.tactic_id, CASE WHEN c.engagement_id IS NULL THEN '(unattributed)' ELSE '(no programme)' END),
    c.currency,
    c.is_won

-- Every place about the last one that was settled by lot: whether the group came in, with which probability, what was known of it that
-- Monday, and what became of it. Lots from before the company was live were drawn in a replay: nobody was told.
SELECT
    q.week_at,
    q.buying_group_id,
    g.account_id,
    q.propensity,
    q.came_in,
    q.week_at >= c.live_since_at AS is_live,
    CAST(q.rank AS DOUBLE) / NULLIF(q.slots, 0) AS place,
    MAX(p.p_open) AS p_open,
    COUNT(CASE WHEN o.created_at <= q.week_at + 7862400000000 THEN 1 END) AS openings,
    COUNT(CASE WHEN o.is_won AND o.closed_at <= q.week_at + 15724800000000 THEN 1 END) AS won,
    CAST(SUM(CASE WHEN o.is_won AND o.closed_at <= q.week_at + 15724800000000 AND o.currency = c.currency THEN o.amount_cents ELSE 0 END)
        AS BIGINT) AS won_cents
FROM queue AS q
CROSS JOIN clock AS c
JOIN group_cycle AS g ON g.buying_group_id = q.buying_group_id
LEFT JOIN chance AS p ON p.account_id = g.account_id AND p.solution_id = g.solution_id AND p.scored_at = q.week_at
LEFT JOIN account_opportunity AS o
    ON o.account_id = g.account_id
    AND o.solution_id = g.solution_id
    AND o.created_at > q.week_at
    AND COALESCE(o.type, '') <> 'renewal'
WHERE q.propensity > 0e0
AND q.propensity < 1e0
GROUP BY q.week_at, q.buying_group_id, g.account_id, q.propensity, q.came_in, c.live_since_at, q.rank, q.slots

-- Who goes over from one group to another: out of the first group when their business unit's own splits off (until both are one again),
-- and into it with everybody of a unit whose group is merged. What they did before stays where it was told.
SELECT DISTINCT
    e.buying_group_id AS left_group_id,
    n.buying_group_id,
    e.person_id,
    GREATEST(p.from_at, n.opened_at) AS at,
    p.to_at AS back_at
FROM person_part AS p
JOIN group_cycle AS n ON n.account_id = p.account_id AND n.solution_id = p.solution_id AND n.part = p.part AND n.cycle = 1
JOIN group_cycle AS o ON o.account_id = p.account_id AND o.solution_id = p.solution_id AND o.part = ''
JOIN group_engagement AS e ON e.buying_group_id = o.buying_group_id AND e.person_id = p.person_id
JOIN rule_policy AS r ON r.from_at <= n.opened_at AND n.opened_at < r.to_at
WHERE e.is_participation
AND e.person_at < GREATEST(p.from_at, n.opened_at)
AND e.person_at >= n.opened_at - r.lead_in_us
AND (o.closed_at IS NULL OR n.opened_at < o.closed_at)
UNION ALL
SELECT DISTINCT
    CAST(NULL AS VARCHAR) AS left_group_id,
    o.buying_group_id,
    e.person_id,
    n.closed_at AS at,
    CAST(NULL AS BIGINT) AS back_at
FROM group_cycle AS n
JOIN group_cycle AS o
    ON o.account_id = n.account_id
    AND o.solution_id = n.solution_id
    AND o.part = ''
    AND o.opened_at <= n.closed_at
    AND (o.closed_at IS NULL OR n.closed_at < o.closed_at)
JOIN group_engagement AS e ON e.buying_group_id = n.buying_group_id
WHERE n.closing_reason = 'merged'
AND e.person_id IS NOT NULL
AND e.is_participation

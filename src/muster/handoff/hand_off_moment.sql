-- One hand-off for each qualified stretch, unless sales already works an opportunity of the account for that solution.
SELECT
    q.buying_group_id || '-' || CAST(ROW_NUMBER() OVER (PARTITION BY q.buying_group_id ORDER BY q.from_at) AS VARCHAR) AS hand_off_id,
    q.buying_group_id,
    q.from_at AS at,
    q.to_at,
    g.account_id,
    g.solution_id,
    g.part,
    g.closed_at
FROM qualified_stretch AS q
JOIN group_cycle AS g ON g.buying_group_id = q.buying_group_id
LEFT JOIN selling_stretch AS s
    ON s.account_id = g.account_id AND s.solution_id = g.solution_id AND s.part = g.part AND s.starts_at <= q.from_at AND q.from_at < s.ends_at
WHERE s.account_id IS NULL

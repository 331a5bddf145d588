-- By capacity: the groups worth most come in each Monday, as many as sales can take; they leave when their chance stays low.
SELECT
    q.buying_group_id,
    q.week_at AS from_at,
    COALESCE(MIN(c.from_at), q.left_at) AS to_at,
    CASE
        WHEN MIN(c.from_at) IS NULL THEN 'faded'
        WHEN MIN(CASE WHEN c.cause = 'rejected' THEN c.from_at END) = MIN(c.from_at) THEN 'rejected'
        ELSE 'held_back'
    END AS end_cause,
    'number ' || CAST(q.rank AS VARCHAR) || ' of ' || CAST(q.waiting AS VARCHAR)
        || ' by expected value, ' || CAST(q.slots AS VARCHAR) || CASE WHEN q.slots = 1 THEN ' place' ELSE ' places' END || ' that week' AS reason,
    'its chance stayed too low' AS end_reason
FROM queue AS q
LEFT JOIN stop AS c
    ON c.buying_group_id = q.buying_group_id AND c.from_at > q.week_at AND (q.left_at IS NULL OR c.from_at <= q.left_at)
WHERE q.came_in
AND q.policy = 'capacity'
GROUP BY q.buying_group_id, q.week_at, q.left_at, q.rank, q.waiting, q.slots

-- What ends a stay and bars the way in under every policy: sales' rejection with its cool-down, and gates.
SELECT c.buying_group_id, c.from_at, c.to_at, 'rejected' AS cause, 'cooling_down' AS gate
FROM cool_down AS c
UNION ALL
SELECT x.buying_group_id, x.from_at, x.to_at, 'held_back' AS cause, x.gate
FROM gate AS x

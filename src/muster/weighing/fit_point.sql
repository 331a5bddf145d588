-- The fit rules each account meets, and since when that is known.
SELECT
    f.account_id,
    f.account_record_id,
    f.known_at,
    r.attribute || ' ' || r.test || ' ' || r.value AS reason,
    r.points
FROM account_fact AS f
JOIN rule_fit AS r
    ON r.attribute = f.attribute
    AND r.from_at <= f.known_at
    AND f.known_at < r.to_at
    AND (
        (r.test = 'equals' AND LOWER(r.value) = LOWER(f.value))
        OR (r.test = 'at_least' AND f.number >= r.number)
        OR (r.test = 'below' AND f.number < r.number)
    )

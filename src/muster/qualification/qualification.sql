-- Statuses with their reasons in words; a score row stands at every change.
SELECT
    s.buying_group_id,
    s.status,
    s.from_at,
    s.to_at,
    s.reason,
    s.ended_because,
    c.policy_version
FROM group_status AS s
CROSS JOIN clock AS c

-- Statuses with their reasons in words; a score row stands at every change.
SELECT
    s.buying_group_id,
    s.status,
    s.from_at,
    s.to_at,
    CASE s.why
        WHEN 'opened' THEN CASE g.opening_reason
            WHEN 'second_person' THEN 'a second person engaged within a week'
            WHEN 'buying_act' THEN 'somebody raised a hand'
            ELSE 'sales opened an opportunity'
        END
        WHEN 'reached' THEN 'score reached ' || CAST(INT_DIV(p.enter_points, 100) AS VARCHAR) || ' of 100'
        WHEN 'rejected' THEN 'rejected by sales'
        ELSE 'score fell below ' || CAST(INT_DIV(p.leave_points, 100) AS VARCHAR) || ' of 100'
    END AS reason,
    CASE s.ended_by
        WHEN 'reached' THEN 'score reached ' || CAST(INT_DIV(p.enter_points, 100) AS VARCHAR) || ' of 100'
        WHEN 'rejected' THEN 'rejected by sales'
        WHEN 'faded' THEN 'score fell below ' || CAST(INT_DIV(p.leave_points, 100) AS VARCHAR) || ' of 100'
        WHEN 'won' THEN 'the cycle ended: won'
        WHEN 'lost' THEN 'the cycle ended: lost'
        WHEN 'silent' THEN 'the cycle ended: silent'
    END AS ended_because,
    c.policy_version
FROM group_status AS s
CROSS JOIN clock AS c
JOIN group_cycle AS g ON g.buying_group_id = s.buying_group_id
JOIN rule_policy AS p ON p.from_at <= s.from_at AND s.from_at < p.to_at

-- Groups that are not with sales: why not, what would change it and what ended it; of those that stand so as of the date also what is
-- missing, what to offer next, and when to look again.
WITH ending AS (
    SELECT
        s.buying_group_id,
        s.to_at,
        e.source_id,
        e.reason,
        ROW_NUMBER() OVER (PARTITION BY s.buying_group_id, s.to_at ORDER BY e.points DESC, e.source_id, e.reason) AS number
    FROM group_status AS s
    JOIN signal AS e ON e.buying_group_id = s.buying_group_id AND e.at = s.to_at AND e.kind <> 'count'
),

-- Half of what fades is gone after a half-life: then it is time to look again, and once more after each further one.
due AS (
    SELECT
        t.buying_group_id,
        t.policy,
        CASE
            WHEN GREATEST(COALESCE(t.cools_until, 0), COALESCE(t.rests_until, 0), COALESCE(t.returned_until, 0)) > c.as_of_at
                THEN GREATEST(COALESCE(t.cools_until, 0), COALESCE(t.rests_until, 0), COALESCE(t.returned_until, 0))
            ELSE t.evidence_at + t.half_life_us * (INT_DIV(c.as_of_at - t.evidence_at, NULLIF(t.half_life_us, 0)) + 1)
        END AS at
    FROM nurture_state AS t
    CROSS JOIN clock AS c
)

SELECT
    s.buying_group_id,
    s.from_at,
    s.to_at,
    CASE
        WHEN s.status = 'engaged' THEN 'not yet qualified: score ' || CAST(INT_DIV(m.score, 100) AS VARCHAR) || ' of 100'
        WHEN s.why = 'rejected' THEN 'rejected by sales'
        WHEN s.why = 'held_back' THEN s.reason
        ELSE 'cooled: score ' || CAST(INT_DIV(m.score, 100) AS VARCHAR) || ' of 100'
    END AS reason,
    CASE WHEN s.to_at IS NOT NULL THEN s.ended_because END AS ended_because,
    CASE WHEN s.to_at IS NOT NULL THEN e.source_id END AS ended_by,
    CASE WHEN t.buying_group_id IS NOT NULL THEN
        CASE WHEN t.gate_reason IS NOT NULL THEN t.gate_reason || '; ' ELSE '' END
        || CASE WHEN t.cools_until IS NOT NULL THEN 'sales rejected it: further people or a new role; ' ELSE '' END
        || CASE
            WHEN COALESCE(t.policy, 'points') <> 'points' THEN 'enough of a chance on a Monday, and a place'
            WHEN t.score >= t.enter_points THEN 'its points are enough'
            ELSE CAST(INT_DIV(t.enter_points - t.score + 99, 100) AS VARCHAR) || ' more points'
        END
        || CASE t.people_missing WHEN 0 THEN '' WHEN 1 THEN '; one more person, or a raised hand'
            ELSE '; ' || CAST(t.people_missing AS VARCHAR) || ' more people, or a raised hand' END
        || CASE WHEN t.roles_missing > 0 THEN '; a ' || t.next_role
            || CASE WHEN t.roles_missing > 1 THEN ' and ' || CAST(t.roles_missing - 1 AS VARCHAR) || ' more of the roles it needs' ELSE '' END
            ELSE '' END
    END AS would_change,
    CASE WHEN t.buying_group_id IS NOT NULL THEN GREATEST(t.enter_points - t.score, 0) END AS points_missing,
    t.people_missing,
    t.roles_missing,
    u.content_id AS next_content_id,
    u.buying_job AS next_buying_job,
    u.reason AS next_reason,
    CASE
        WHEN d.policy <> 'points' THEN d.at + MOD(604800000000 - MOD(d.at - 345600000000, 604800000000), 604800000000)
        ELSE d.at
    END AS look_again_at
FROM group_status AS s
JOIN moment_state AS m ON m.buying_group_id = s.buying_group_id AND m.scored_at = s.from_at
JOIN group_cycle AS g ON g.buying_group_id = s.buying_group_id
LEFT JOIN nurture_state AS t ON t.buying_group_id = s.buying_group_id AND s.to_at IS NULL
LEFT JOIN due AS d ON d.buying_group_id = t.buying_group_id
LEFT JOIN next_content AS u ON u.buying_group_id = t.buying_group_id
LEFT JOIN ending AS e ON e.buying_group_id = s.buying_group_id AND e.to_at = s.to_at AND e.number = 1
LEFT JOIN selling_stretch AS w
    ON w.account_id = g.account_id AND w.solution_id = g.solution_id AND w.part = g.part AND w.starts_at <= s.from_at AND s.from_at < w.ends_at
WHERE s.status IN ('engaged', 'nurture')
AND w.account_id IS NULL

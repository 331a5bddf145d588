-- Everything that moves a group's score, dated by when it was known: points that stay (fit, roles) and points that fade
-- (fast or slow) from the moment of the act. Evidence from before the group opened counts from its opening on.
WITH evidence AS (
    SELECT
        g.buying_group_id,
        g.at,
        e.occurred_at AS decays_from,
        e.component,
        CASE WHEN e.is_slow THEN 'slow' ELSE 'fast' END AS kind,
        e.weight AS points,
        e.engagement_id AS source_id,
        e.activity AS reason
    FROM group_engagement AS g
    JOIN resolved_engagement AS e ON e.engagement_id = g.engagement_id
    WHERE e.weight > 0
    UNION ALL
    SELECT
        g.buying_group_id,
        e.known_at AS at,
        e.occurred_at AS decays_from,
        e.component,
        CASE WHEN e.is_slow THEN 'slow' ELSE 'fast' END AS kind,
        e.weight AS points,
        e.engagement_id AS source_id,
        e.activity AS reason
    FROM resolved_engagement AS e
    JOIN group_cycle AS g ON g.account_id = e.account_id AND g.solution_id = e.solution_id AND g.part = '' -- no unit's
    WHERE e.weight > 0
    AND e.person_id IS NULL
    AND e.visitor_id IS NULL
    AND e.known_at >= g.first_at
    AND (g.closed_at IS NULL OR e.known_at < g.closed_at)
    UNION ALL
    SELECT
        a.buying_group_id,
        a.known_at AS at,
        a.read_at AS decays_from,
        w.component,
        CASE WHEN w.half_life_days * 86400000000 > p.half_life_us THEN 'slow' ELSE 'fast' END AS kind,
        w.points,
        a.share_id AS source_id,
        a.activity AS reason
    FROM share_act AS a
    JOIN rule_activity_weights AS w ON w.activity = a.activity AND w.from_at <= a.read_at AND a.read_at < w.to_at
    JOIN rule_policy AS p ON p.from_at <= a.read_at AND a.read_at < p.to_at
    WHERE w.points > 0
    AND a.number_today <= w.daily_cap
    UNION ALL
    SELECT
        g.buying_group_id,
        f.known_at AS at,
        f.known_at AS decays_from,
        'fit' AS component,
        'step' AS kind,
        f.points,
        f.account_record_id AS source_id,
        f.reason
    FROM group_cycle AS g
    JOIN fit_point AS f ON f.account_id = g.account_id
    UNION ALL
    SELECT
        r.buying_group_id,
        r.at,
        r.at AS decays_from,
        'completeness' AS component,
        'step' AS kind,
        r.points,
        r.person_id AS source_id,
        r.role AS reason
    FROM role_cover AS r
    UNION ALL
    SELECT
        e.buying_group_id,
        MIN(e.person_at) AS at,
        MIN(e.person_at) AS decays_from,
        'person' AS component,
        'count' AS kind,
        1 AS points,
        e.person_id AS source_id,
        'person' AS reason
    FROM group_engagement AS e
    WHERE e.person_id IS NOT NULL
    AND e.is_participation
    GROUP BY e.buying_group_id, e.person_id
    UNION ALL
    SELECT
        g.buying_group_id,
        g.at,
        g.at AS decays_from,
        'hand_raise' AS component,
        'count' AS kind,
        1 AS points,
        e.engagement_id AS source_id,
        'hand_raise' AS reason
    FROM group_engagement AS g
    JOIN resolved_engagement AS e ON e.engagement_id = g.engagement_id
    WHERE e.is_buying_act
    UNION ALL
    SELECT
        g.buying_group_id,
        g.opened_at AS at,
        g.opened_at AS decays_from,
        'opening' AS component,
        'count' AS kind,
        0 AS points,
        g.buying_group_id AS source_id,
        'opening' AS reason
    FROM group_cycle AS g
    UNION ALL
    SELECT
        f.buying_group_id,
        f.week_at AS at,
        f.week_at AS decays_from,
        'frame' AS component,
        'step' AS kind,
        f.points,
        f.buying_group_id AS source_id,
        'frame_week' AS reason
    FROM frame_step AS f
    WHERE f.points <> 0
)

SELECT
    e.buying_group_id,
    GREATEST(e.at, g.opened_at) AS at,
    e.component,
    e.kind,
    e.points,
    e.decays_from,
    CASE e.kind
        WHEN 'fast' THEN e.points * POWER(2e0, (e.decays_from - g.opened_at) * p.fast_fade)
        WHEN 'slow' THEN e.points * POWER(2e0, (e.decays_from - g.opened_at) * p.slow_fade)
        ELSE 0e0
    END AS scaled,
    e.source_id,
    e.reason
FROM evidence AS e
JOIN group_cycle AS g ON g.buying_group_id = e.buying_group_id
JOIN rule_policy AS p ON p.from_at <= g.opened_at AND g.opened_at < p.to_at
WHERE g.closed_at IS NULL
OR e.at < g.closed_at

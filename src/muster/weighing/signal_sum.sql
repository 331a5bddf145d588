-- Running sums of a group's evidence, one row an instant. Fading points are summed as if they had all been earned at the
-- opening (scaled by 2^(age/half-life)), so that the sum at any later instant needs one multiplication and no stepping.
WITH running AS (
    SELECT
        s.buying_group_id,
        s.at,
        LEAD(s.at) OVER (PARTITION BY s.buying_group_id ORDER BY s.at, s.component, s.source_id, s.reason) AS next_row_at,
        CAST(SUM(CASE WHEN s.component = 'fit' THEN s.points ELSE 0 END) OVER (
            PARTITION BY s.buying_group_id ORDER BY s.at, s.component, s.source_id, s.reason
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS fit_points,
        CAST(SUM(CASE WHEN s.component = 'completeness' THEN s.points ELSE 0 END) OVER (
            PARTITION BY s.buying_group_id ORDER BY s.at, s.component, s.source_id, s.reason
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS completeness_points,
        CAST(SUM(CASE WHEN s.component = 'frame' AND s.kind = 'step' THEN s.points ELSE 0 END) OVER (
            PARTITION BY s.buying_group_id ORDER BY s.at, s.component, s.source_id, s.reason
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS frame_points,
        CAST(SUM(CASE WHEN s.component = 'person' THEN s.points ELSE 0 END) OVER (
            PARTITION BY s.buying_group_id ORDER BY s.at, s.component, s.source_id, s.reason
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS people,
        CAST(SUM(CASE WHEN s.component = 'hand_raise' THEN s.points ELSE 0 END) OVER (
            PARTITION BY s.buying_group_id ORDER BY s.at, s.component, s.source_id, s.reason
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS hand_raises,
        SUM(CASE WHEN s.component = 'intent' AND s.kind = 'fast' THEN s.scaled ELSE 0e0 END) OVER (
            PARTITION BY s.buying_group_id ORDER BY s.at, s.component, s.source_id, s.reason
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS intent_fast,
        SUM(CASE WHEN s.component = 'intent' AND s.kind = 'slow' THEN s.scaled ELSE 0e0 END) OVER (
            PARTITION BY s.buying_group_id ORDER BY s.at, s.component, s.source_id, s.reason
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS intent_slow,
        SUM(CASE WHEN s.component = 'engagement' AND s.kind = 'fast' THEN s.scaled ELSE 0e0 END) OVER (
            PARTITION BY s.buying_group_id ORDER BY s.at, s.component, s.source_id, s.reason
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS engagement_fast,
        SUM(CASE WHEN s.component = 'engagement' AND s.kind = 'slow' THEN s.scaled ELSE 0e0 END) OVER (
            PARTITION BY s.buying_group_id ORDER BY s.at, s.component, s.source_id, s.reason
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS engagement_slow,
        SUM(CASE WHEN s.component = 'frame' AND s.kind = 'fast' THEN s.scaled ELSE 0e0 END) OVER (
            PARTITION BY s.buying_group_id ORDER BY s.at, s.component, s.source_id, s.reason
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS frame_fast,
        SUM(CASE WHEN s.component = 'frame' AND s.kind = 'slow' THEN s.scaled ELSE 0e0 END) OVER (
            PARTITION BY s.buying_group_id ORDER BY s.at, s.component, s.source_id, s.reason
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS frame_slow
    FROM signal AS s
)

SELECT
    r.buying_group_id,
    ROW_NUMBER() OVER (PARTITION BY r.buying_group_id ORDER BY r.at) AS number,
    r.at,
    r.next_row_at AS next_at,
    LEAST(r.fit_points, p.fit_max_points) AS fit_points,
    LEAST(r.completeness_points, p.completeness_max_points) AS completeness_points,
    -- What frame control adds or takes away, within what keeps a score between 0 and 100.
    GREATEST(
        LEAST(
            r.frame_points,
            p.fit_max_points + p.completeness_max_points
                - LEAST(r.fit_points, p.fit_max_points) - LEAST(r.completeness_points, p.completeness_max_points)
        ),
        -LEAST(r.fit_points, p.fit_max_points) - LEAST(r.completeness_points, p.completeness_max_points)
    ) AS frame_points,
    r.people,
    r.hand_raises,
    r.intent_fast,
    r.intent_slow,
    r.engagement_fast,
    r.engagement_slow,
    r.frame_fast,
    r.frame_slow,
    g.opened_at,
    g.closed_at,
    p.half_life_us,
    p.fast_fade,
    p.slow_fade,
    p.signal_max_points,
    p.signal_half_points,
    p.signal_curve,
    p.enter_points,
    p.leave_points,
    p.dwell_us,
    p.cool_down_us,
    p.minimum_people
FROM running AS r
JOIN group_cycle AS g ON g.buying_group_id = r.buying_group_id
JOIN rule_policy AS p ON p.from_at <= r.at AND r.at < p.to_at
WHERE r.next_row_at IS NULL
OR r.next_row_at <> r.at

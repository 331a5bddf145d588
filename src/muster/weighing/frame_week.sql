-- Frame control of every open group each Monday: what is left of its acts in five parts, the percentile of each among comparable
-- groups, their weighted mean, what others' frames take of it, and the points by which that moves the score.
WITH weighed AS (
    SELECT
        f.buying_group_id,
        f.week_at,
        MAX(CASE WHEN f.part = 'depth' THEN f.percentile END) AS depth_percentile,
        MAX(CASE WHEN f.part = 'sharing' THEN f.percentile END) AS sharing_percentile,
        MAX(CASE WHEN f.part = 'upward' THEN f.percentile END) AS upward_percentile,
        MAX(CASE WHEN f.part = 'response' THEN f.percentile END) AS response_percentile,
        MAX(CASE WHEN f.part = 'attendance' THEN f.percentile END) AS attendance_percentile,
        MAX(f.peers) AS peers,
        MAX(f.compared_with) AS compared_with,
        MAX(CASE WHEN f.part = 'depth' THEN r.weight END) AS depth_weight,
        MAX(CASE WHEN f.part = 'sharing' THEN r.weight END) AS sharing_weight,
        MAX(CASE WHEN f.part = 'upward' THEN r.weight END) AS upward_weight,
        MAX(CASE WHEN f.part = 'response' THEN r.weight END) AS response_weight,
        MAX(CASE WHEN f.part = 'attendance' THEN r.weight END) AS attendance_weight
    FROM frame_part AS f
    JOIN rule_frame AS r ON r.kind = 'part' AND r.name = f.part AND r.from_at <= f.week_at AND f.week_at < r.to_at
    GROUP BY f.buying_group_id, f.week_at
),

-- Nobody who was never seen reading about a competitor has a known share: silence may be a provider we do not have.
seen AS (
    SELECT a.buying_group_id, MIN(a.at) AS at
    FROM frame_act AS a
    WHERE a.part = 'competing'
    GROUP BY a.buying_group_id
),

held AS (
    SELECT
        w.buying_group_id,
        w.week_at,
        w.depth_percentile,
        w.sharing_percentile,
        w.upward_percentile,
        w.response_percentile,
        w.attendance_percentile,
        w.peers,
        w.compared_with,
        (
            w.depth_weight * w.depth_percentile + w.sharing_weight * w.sharing_percentile + w.upward_weight * w.upward_percentile
            + w.response_weight * w.response_percentile + w.attendance_weight * w.attendance_percentile
        ) / NULLIF(
            w.depth_weight + w.sharing_weight + w.upward_weight + w.response_weight + w.attendance_weight, 0e0
        ) AS percentile,
        w.depth_weight * s.depth + w.sharing_weight * s.sharing + w.upward_weight * s.upward
            + w.response_weight * GREATEST(s.response, 0e0) + w.attendance_weight * s.attendance AS ours,
        s.competing,
        p.frame_start,
        p.frame_swing_points,
        s.depth,
        s.sharing,
        s.upward,
        s.response,
        s.attendance,
        s.evidence_count,
        s.evidence,
        k.buying_group_id IS NOT NULL AS is_contested
    FROM weighed AS w
    JOIN frame_sum AS s ON s.buying_group_id = w.buying_group_id AND s.week_at = w.week_at
    JOIN rule_policy AS p ON p.from_at <= w.week_at AND w.week_at < p.to_at
    LEFT JOIN seen AS k ON k.buying_group_id = w.buying_group_id AND k.at <= w.week_at
),

controlled AS (
    SELECT
        h.buying_group_id,
        h.week_at,
        h.percentile * (h.ours + h.frame_start) / NULLIF(h.ours + h.competing + h.frame_start, 0e0) AS control
    FROM held AS h
)

SELECT
    h.buying_group_id,
    h.week_at,
    h.depth,
    h.sharing,
    h.upward,
    h.response,
    h.attendance,
    h.depth_percentile,
    h.sharing_percentile,
    h.upward_percentile,
    h.response_percentile,
    h.attendance_percentile,
    h.compared_with,
    h.peers,
    h.percentile,
    CASE WHEN h.is_contested THEN h.ours / NULLIF(h.ours + h.competing + h.frame_start, 0e0) END AS share_of_frame,
    c.control,
    COALESCE(CAST(FLOOR(h.frame_swing_points * (2e0 * c.control - 1e0) + 5e-1) AS BIGINT), 0) AS points,
    h.evidence_count,
    h.evidence
FROM held AS h
JOIN controlled AS c ON c.buying_group_id = h.buying_group_id AND c.week_at = h.week_at

-- What each part of a score rests on: how many pieces of evidence stand behind it, and the latest.
WITH running AS (
    SELECT
        s.buying_group_id,
        s.component,
        s.at,
        s.source_id,
        s.reason,
        LEAD(s.at) OVER (PARTITION BY s.buying_group_id, s.component ORDER BY s.at, s.source_id, s.reason) AS next_at,
        CAST(SUM(CASE WHEN s.points < 0 THEN -1 ELSE 1 END) OVER (
            PARTITION BY s.buying_group_id, s.component ORDER BY s.at, s.source_id, s.reason ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS evidence_count,
        CASE WHEN s.points < 0 THEN TRUE ELSE FALSE END AS is_loss
    FROM signal AS s
    WHERE s.component IN ('fit', 'intent', 'engagement', 'frame', 'completeness')
    AND s.reason <> 'frame_week'
),

part AS (
    SELECT m.buying_group_id, m.scored_at, 'fit' AS component, 'fit' AS said, m.fit AS points FROM moment_state AS m
    UNION ALL
    SELECT m.buying_group_id, m.scored_at, 'intent' AS component, 'intent' AS said, m.intent AS points FROM moment_state AS m
    UNION ALL
    SELECT m.buying_group_id, m.scored_at, 'engagement' AS component, 'engagement' AS said, m.engagement AS points FROM moment_state AS m
    UNION ALL
    SELECT m.buying_group_id, m.scored_at, 'frame' AS component, 'frame_control' AS said, m.frame_control - m.frame_step AS points FROM moment_state AS m
    UNION ALL
    SELECT m.buying_group_id, m.scored_at, 'completeness' AS component, 'completeness' AS said, m.completeness AS points FROM moment_state AS m
)

SELECT
    p.buying_group_id,
    p.scored_at,
    p.said AS component,
    r.reason,
    p.points,
    r.source_id AS evidence,
    r.evidence_count,
    CASE p.component
        WHEN 'fit' THEN 'meets ' || CAST(r.evidence_count AS VARCHAR) || CASE r.evidence_count WHEN 1 THEN ' fit rule: ' ELSE ' fit rules, such as ' END || r.reason
        WHEN 'completeness' THEN CAST(r.evidence_count AS VARCHAR) || CASE r.evidence_count
            WHEN 1 THEN ' needed role is engaged' ELSE ' needed roles are engaged' END
            || CASE WHEN r.is_loss THEN ', no longer the ' WHEN r.evidence_count = 1 THEN ': ' ELSE ', last the ' END || r.reason
        ELSE CAST(r.evidence_count AS VARCHAR) || CASE r.evidence_count WHEN 1 THEN ' act: ' ELSE ' acts, the latest: ' END
            || COALESCE(w.said, r.reason)
    END AS sentence
FROM part AS p
JOIN running AS r
    ON r.buying_group_id = p.buying_group_id
    AND r.component = p.component
    AND r.at <= p.scored_at
    AND (r.next_at IS NULL OR p.scored_at < r.next_at)
LEFT JOIN rule_activity_weights AS w ON w.activity = r.reason AND w.from_at <= r.at AND r.at < w.to_at
WHERE p.points > 0
UNION ALL
SELECT
    m.buying_group_id,
    m.scored_at,
    'frame_control' AS component,
    'frame_week' AS reason,
    m.frame_step AS points,
    f.evidence,
    f.evidence_count,
    CASE WHEN m.frame_step > 0 THEN 'stronger' ELSE 'weaker' END || ' than in most of ' || CAST(f.peers AS VARCHAR)
        || ' groups of the same ' || f.compared_with
        || CASE WHEN f.share_of_frame < 5e-1 THEN ', and competitors are read about more' ELSE '' END AS sentence
FROM moment_state AS m
JOIN frame_week AS f
    ON f.buying_group_id = m.buying_group_id AND f.week_at = m.scored_at - MOD(m.scored_at - 345600000000, 604800000000)
WHERE m.frame_step <> 0

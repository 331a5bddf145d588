-- Groups that are not with sales: why not, and content on their solution that no member has seen, earliest buying job first.
WITH unseen AS (
    SELECT
        g.buying_group_id,
        k.content_id,
        ROW_NUMBER() OVER (
            PARTITION BY g.buying_group_id ORDER BY COALESCE(j.position, 99), k.content_id
        ) AS number
    FROM group_cycle AS g
    JOIN reading_content AS k ON k.solution_id = g.solution_id
    LEFT JOIN (
        SELECT DISTINCT e.buying_group_id, r.content_id
        FROM group_engagement AS e
        JOIN resolved_engagement AS r ON r.engagement_id = e.engagement_id
        WHERE r.content_id IS NOT NULL
    ) AS s ON s.buying_group_id = g.buying_group_id AND s.content_id = k.content_id
    LEFT JOIN rule_buying_jobs AS j
        ON j.buying_job = k.buying_job AND j.from_at <= g.opened_at AND g.opened_at < j.to_at
    WHERE s.content_id IS NULL
)

SELECT
    s.buying_group_id,
    s.from_at,
    s.to_at,
    CASE
        WHEN s.status = 'engaged' THEN 'not yet qualified: score ' || CAST(INT_DIV(m.score, 100) AS VARCHAR) || ' of 100'
        WHEN s.why = 'rejected' THEN 'rejected by sales'
        ELSE 'cooled: score ' || CAST(INT_DIV(m.score, 100) AS VARCHAR) || ' of 100'
    END AS reason,
    u.content_id AS next_content_id
FROM group_status AS s
JOIN moment_state AS m ON m.buying_group_id = s.buying_group_id AND m.scored_at = s.from_at
LEFT JOIN unseen AS u ON u.buying_group_id = s.buying_group_id AND u.number = 1
JOIN group_cycle AS g ON g.buying_group_id = s.buying_group_id
LEFT JOIN selling_stretch AS w
    ON w.account_id = g.account_id AND w.solution_id = g.solution_id AND w.part = g.part AND w.starts_at <= s.from_at AND s.from_at < w.ends_at
WHERE s.status IN ('engaged', 'nurture')
AND w.account_id IS NULL

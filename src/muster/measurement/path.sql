-- Touch paths as they are published: each step with the milestones it is, the part of it that serves the group, and all that credit is
-- added up by. Role and business are as known at the path's end, the stage as it was at the touch.
WITH job AS (
    SELECT
        j.activity,
        j.buying_job,
        j.from_at,
        j.to_at,
        ROW_NUMBER() OVER (PARTITION BY j.activity, j.from_at ORDER BY j.position, j.buying_job) AS number
    FROM rule_buying_jobs AS j
),

staged AS (
    SELECT
        s.span_id,
        s.engagement_id,
        h.stage,
        ROW_NUMBER() OVER (PARTITION BY s.span_id, s.engagement_id ORDER BY h.changed_at DESC, h.stage_change_id DESC) AS number
    FROM path_step AS s
    JOIN known_stage_change AS h ON h.opportunity_id = s.opportunity_id AND h.changed_at <= s.occurred_at
    WHERE h.stage IS NOT NULL
    AND s.occurred_at >= s.opportunity_at
)

SELECT
    s.definition,
    s.buying_group_id,
    s.opportunity_id,
    s.position,
    CASE
        WHEN s.is_first + s.is_lead + s.is_creation + s.is_closing = 0 THEN 'middle'
        ELSE SUBSTRING(
            CASE WHEN s.is_first = 1 THEN '+first_touch' ELSE '' END
            || CASE WHEN s.is_lead = 1 THEN '+lead_creation' ELSE '' END
            || CASE WHEN s.is_creation = 1 THEN '+opportunity_creation' ELSE '' END
            || CASE WHEN s.is_closing = 1 THEN '+closing' ELSE '' END, 2)
    END AS position_kind,
    s.engagement_id,
    s.occurred_at,
    s.person_id,
    s.visitor_id,
    s.activity,
    s.tactic_id,
    t.program_id,
    t.campaign_id,
    s.channel,
    s.content_id,
    r.role,
    COALESCE(k.buying_job, j.buying_job) AS buying_job,
    g.stage,
    a.region,
    s.thousandths / 1e3 AS share,
    s.times,
    s.is_sales,
    s.outcome
FROM path_step AS s
LEFT JOIN known_tactic AS t ON t.tactic_id = s.tactic_id
LEFT JOIN role_assignment AS r
    ON r.buying_group_id = s.buying_group_id AND r.person_id = s.person_id AND r.from_at <= s.until_at AND s.until_at < r.to_at
LEFT JOIN reading_content AS k ON k.content_id = s.content_id
LEFT JOIN job AS j ON j.activity = s.activity AND j.from_at <= s.occurred_at AND s.occurred_at < j.to_at AND j.number = 1
LEFT JOIN staged AS g ON g.span_id = s.span_id AND g.engagement_id = s.engagement_id AND g.number = 1
LEFT JOIN account AS a ON a.account_id = s.account_id

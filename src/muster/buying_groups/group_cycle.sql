-- Buying groups: account x solution x cycle, from opening to closing or silence. The id depends on those three alone, and on the business
-- unit where one split off: the part that was there first keeps the older id.
WITH ended AS (
    SELECT
        e.account_id,
        e.solution_id,
        e.part,
        e.segment,
        MIN(e.at) AS first_at,
        MAX(e.alive_until) AS alive_until,
        MAX(CASE WHEN e.kind = 'closing' THEN e.at END) AS closing_at,
        MAX(CASE WHEN e.kind = 'closing' AND e.is_won THEN 1 ELSE 0 END) AS is_won,
        MIN(CASE WHEN e.kind = 'opportunity' THEN e.at END) AS opportunity_at
    FROM cycle_event AS e
    GROUP BY e.account_id, e.solution_id, e.part, e.segment
),

first_opportunity AS (
    SELECT
        e.account_id,
        e.solution_id,
        e.part,
        e.segment,
        MIN(e.source_id) AS opportunity_id
    FROM cycle_event AS e
    JOIN ended AS d
        ON d.account_id = e.account_id AND d.solution_id = e.solution_id AND d.part = e.part AND d.segment = e.segment AND d.opportunity_at = e.at
    WHERE e.kind = 'opportunity'
    GROUP BY e.account_id, e.solution_id, e.part, e.segment
)

SELECT
    'g' || SUBSTRING(MD5(o.account_id || '|' || o.solution_id || '|' || CASE WHEN o.part = '' THEN '' ELSE o.part || '|' END
        || CAST(o.cycle AS VARCHAR)), 1, 16) AS buying_group_id,
    o.account_id,
    o.solution_id,
    o.part,
    o.segment,
    o.cycle,
    o.opened_at,
    o.reason AS opening_reason,
    GREATEST(d.first_at, o.opened_at - p.lead_in_us) AS first_at,
    CASE
        WHEN d.closing_at <= COALESCE(u.merged_at, 9000000000000000) THEN d.closing_at
        WHEN u.merged_at < d.alive_until + p.silent_us THEN u.merged_at
        WHEN d.alive_until + p.silent_us <= c.as_of_at THEN d.alive_until + p.silent_us
    END AS closed_at,
    CASE
        WHEN d.closing_at <= COALESCE(u.merged_at, 9000000000000000) AND d.is_won = 1 THEN 'won'
        WHEN d.closing_at <= COALESCE(u.merged_at, 9000000000000000) THEN 'lost'
        WHEN u.merged_at < d.alive_until + p.silent_us THEN 'merged'
        WHEN d.alive_until + p.silent_us <= c.as_of_at THEN 'silent'
    END AS closing_reason,
    f.opportunity_id
FROM cycle_opening AS o
CROSS JOIN clock AS c
JOIN rule_policy AS p ON p.from_at <= o.opened_at AND o.opened_at < p.to_at
JOIN ended AS d ON d.account_id = o.account_id AND d.solution_id = o.solution_id AND d.part = o.part AND d.segment = o.segment
LEFT JOIN group_part AS u ON u.account_id = o.account_id AND u.solution_id = o.solution_id AND u.part = o.part
LEFT JOIN first_opportunity AS f
    ON f.account_id = o.account_id AND f.solution_id = o.solution_id AND f.part = o.part AND f.segment = o.segment

-- What was known of frame control on the Monday before each opportunity that is now decided: what was left of acts in each part, and
-- where the group stood among others. Opportunities whose group nobody had seen by then say nothing.
SELECT
    o.opportunity_id,
    o.account_id,
    o.created_at,
    o.is_won,
    f.upward > 0e0 AS has_upward,
    f.sharing > 0e0 AS has_sharing,
    f.attendance > 0e0 AS has_attendance,
    f.response > 0e0 AS has_response,
    f.control >= 5e-1 AS has_control
FROM account_opportunity AS o
JOIN opportunity_group AS g ON g.opportunity_id = o.opportunity_id
JOIN frame_week AS f
    ON f.buying_group_id = g.buying_group_id AND f.week_at = o.created_at - MOD(o.created_at - 345600000000, 604800000000)
WHERE o.is_closed

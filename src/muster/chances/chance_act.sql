-- What accounts did, by actor, Monday after the act and Monday from which it was known. Until a person is known, their acts are those of
-- a visitor. A campaign member's status is left out where the company tracks acts itself: a CRM keeps it only as it stands today. Acts about
-- the company as a whole have no solution: ''.
WITH dated AS (
    SELECT
        e.account_id,
        COALESCE(e.solution_id, '') AS solution_id,
        e.person_id,
        COALESCE(e.visitor_id, '') AS visitor_id,
        e.activity,
        e.weight,
        e.is_buying_act,
        e.occurred_at + 604799999999 - MOD(e.occurred_at + 259199999999, 604800000000) AS act_week,
        GREATEST(e.occurred_at, e.known_at) + 604799999999
            - MOD(GREATEST(e.occurred_at, e.known_at) + 259199999999, 604800000000) AS known_week,
        CASE
            WHEN e.person_id IS NULL THEN 9000000000000000
            ELSE GREATEST(e.occurred_at, e.known_at, COALESCE(e.person_known_at, 0)) + 604799999999
                - MOD(GREATEST(e.occurred_at, e.known_at, COALESCE(e.person_known_at, 0)) + 259199999999, 604800000000)
        END AS person_week
    FROM resolved_engagement AS e
    WHERE e.account_id IS NOT NULL
    AND e.is_act
    AND (e.activity <> 'campaign_responded' OR e.is_participation)
),

acted AS (
    SELECT
        d.account_id,
        d.solution_id,
        'v' || d.visitor_id AS actor,
        FALSE AS is_person,
        d.act_week,
        d.known_week AS from_week,
        d.person_week AS to_week,
        d.activity,
        d.weight,
        d.is_buying_act
    FROM dated AS d
    WHERE d.person_week > d.known_week
    UNION ALL
    SELECT
        d.account_id,
        d.solution_id,
        d.person_id AS actor,
        TRUE AS is_person,
        d.act_week,
        d.person_week AS from_week,
        9000000000000000 AS to_week,
        d.activity,
        d.weight,
        d.is_buying_act
    FROM dated AS d
    WHERE d.person_id IS NOT NULL
)

SELECT
    a.account_id,
    a.solution_id,
    a.actor,
    a.is_person,
    a.act_week,
    a.from_week,
    a.to_week,
    COUNT(*) AS acts,
    CAST(SUM(a.weight) AS BIGINT) AS points,
    CAST(SUM(CASE WHEN a.is_buying_act THEN 1 ELSE 0 END) AS BIGINT) AS demos,
    CAST(SUM(CASE WHEN a.activity = 'pricing_viewed' THEN 1 ELSE 0 END) AS BIGINT) AS prices,
    CAST(SUM(CASE WHEN a.activity = 'form_submitted' THEN 1 ELSE 0 END) AS BIGINT) AS forms,
    CAST(SUM(CASE WHEN a.activity IN ('webinar_attended', 'event_attended') THEN 1 ELSE 0 END) AS BIGINT) AS events,
    CAST(SUM(CASE WHEN a.activity = 'ad_clicked' THEN 1 ELSE 0 END) AS BIGINT) AS ads,
    CAST(SUM(CASE WHEN a.activity IN ('review_site_visited', 'topic_researched') THEN 1 ELSE 0 END) AS BIGINT) AS reviews,
    CAST(SUM(CASE WHEN a.activity IN ('email_clicked', 'email_replied') THEN 1 ELSE 0 END) AS BIGINT) AS answers
FROM acted AS a
GROUP BY a.account_id, a.solution_id, a.actor, a.is_person, a.act_week, a.from_week, a.to_week

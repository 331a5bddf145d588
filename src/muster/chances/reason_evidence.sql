-- The latest act behind each topic of a chance, from the Monday on which it was known until the next one or for 13 weeks: who did what,
-- by the title known then.
WITH asked AS (
    SELECT DISTINCT
        g.account_id,
        g.solution_id
    FROM group_cycle AS g
),

act AS (
    SELECT
        e.account_id,
        e.solution_id,
        e.engagement_id,
        e.occurred_at,
        GREATEST(e.occurred_at, e.known_at) AS known_at,
        e.activity,
        e.is_buying_act,
        e.content_id,
        CASE WHEN e.person_known_at <= GREATEST(e.occurred_at, e.known_at) THEN e.person_id END AS person_id
    FROM resolved_engagement AS e
    JOIN asked AS a ON a.account_id = e.account_id AND a.solution_id = e.solution_id
    WHERE e.is_act
    AND (e.activity <> 'campaign_responded' OR e.is_participation)
),

who AS (
    SELECT
        p.person_id,
        MIN(p.title) AS title,
        MIN(p.title_known_at) AS title_known_at,
        MAX(p.seniority_rank) AS seniority_rank
    FROM person AS p
    GROUP BY p.person_id
),

told AS (
    SELECT
        a.account_id,
        a.solution_id,
        a.engagement_id,
        a.occurred_at,
        a.known_at,
        a.activity,
        a.is_buying_act,
        a.person_id,
        COALESCE(w.title_known_at <= a.known_at AND w.seniority_rank >= 4, FALSE) AS is_senior,
        CASE
            WHEN a.person_id IS NULL THEN 'an anonymous visitor'
            ELSE COALESCE(CASE WHEN w.title_known_at <= a.known_at THEN w.title END, 'a known person')
        END || ' ' || COALESCE(r.said, a.activity) || COALESCE(': ' || c.title, '') AS sentence,
        ROW_NUMBER() OVER (
            PARTITION BY a.account_id, a.solution_id, a.person_id ORDER BY a.known_at, a.occurred_at, a.engagement_id
        ) AS number
    FROM act AS a
    LEFT JOIN who AS w ON w.person_id = a.person_id
    LEFT JOIN rule_activity_weights AS r ON r.activity = a.activity AND r.from_at <= a.occurred_at AND a.occurred_at < r.to_at
    LEFT JOIN content AS c ON c.content_id = a.content_id
),

passed AS (
    SELECT
        s.account_id,
        s.solution_id,
        s.engagement_id,
        s.read_at AS occurred_at,
        s.known_at,
        s.is_upward AND s.upward_at <= s.known_at AS is_upward,
        COALESCE(CASE WHEN r.title_known_at <= s.known_at THEN r.title END, 'a known person') || ' read what '
            || COALESCE(CASE WHEN s.sharer_at <= s.known_at AND f.title_known_at <= s.known_at THEN f.title END, 'a colleague')
            || ' had passed on ' || CASE
                WHEN s.read_at < s.shared_at + 7200000000 THEN 'within two hours'
                WHEN s.read_at < s.shared_at + 172800000000
                    THEN CAST(INT_DIV(s.read_at - s.shared_at, 3600000000) AS VARCHAR) || ' hours before'
                ELSE CAST(INT_DIV(s.read_at - s.shared_at, 86400000000) AS VARCHAR) || ' days before'
            END || COALESCE(': ' || c.title, '') AS sentence
    FROM share AS s
    JOIN asked AS a ON a.account_id = s.account_id AND a.solution_id = s.solution_id
    LEFT JOIN who AS r ON r.person_id = s.to_person_id
    LEFT JOIN who AS f ON f.person_id = s.from_person_id
    LEFT JOIN content AS c ON c.content_id = s.content_id
),

about AS (
    SELECT t.account_id, t.solution_id, 'acts' AS topic, t.engagement_id, t.occurred_at, t.known_at, t.sentence
    FROM told AS t
    UNION ALL
    SELECT t.account_id, t.solution_id, 'recency' AS topic, t.engagement_id, t.occurred_at, t.known_at, t.sentence
    FROM told AS t
    UNION ALL
    SELECT t.account_id, t.solution_id, 'prices' AS topic, t.engagement_id, t.occurred_at, t.known_at, t.sentence
    FROM told AS t
    WHERE t.activity = 'pricing_viewed'
    UNION ALL
    SELECT t.account_id, t.solution_id, 'hands' AS topic, t.engagement_id, t.occurred_at, t.known_at, t.sentence
    FROM told AS t
    WHERE t.is_buying_act
    OR t.activity = 'form_submitted'
    UNION ALL
    SELECT t.account_id, t.solution_id, 'research' AS topic, t.engagement_id, t.occurred_at, t.known_at, t.sentence
    FROM told AS t
    WHERE t.activity IN ('ad_clicked', 'review_site_visited', 'topic_researched')
    UNION ALL
    SELECT t.account_id, t.solution_id, 'people' AS topic, t.engagement_id, t.occurred_at, t.known_at, t.sentence
    FROM told AS t
    WHERE t.number = 1
    AND t.person_id IS NOT NULL
    UNION ALL
    SELECT t.account_id, t.solution_id, 'seniors' AS topic, t.engagement_id, t.occurred_at, t.known_at, t.sentence
    FROM told AS t
    WHERE t.is_senior
    UNION ALL
    SELECT t.account_id, t.solution_id, 'sharing' AS topic, t.engagement_id, t.occurred_at, t.known_at, t.sentence
    FROM told AS t
    WHERE t.activity IN ('webinar_attended', 'event_attended', 'email_clicked', 'email_replied')
    UNION ALL
    SELECT p.account_id, p.solution_id, 'sharing' AS topic, p.engagement_id, p.occurred_at, p.known_at, p.sentence
    FROM passed AS p
    UNION ALL
    SELECT p.account_id, p.solution_id, 'upward' AS topic, p.engagement_id, p.occurred_at, p.known_at, p.sentence
    FROM passed AS p
    WHERE p.is_upward
),

dated AS (
    SELECT
        b.account_id,
        b.solution_id,
        b.topic,
        b.engagement_id,
        b.occurred_at,
        b.sentence,
        b.known_at + 604799999999 - MOD(b.known_at + 259199999999, 604800000000) AS from_week
    FROM about AS b
),

latest AS (
    SELECT
        d.account_id,
        d.solution_id,
        d.topic,
        d.from_week,
        d.engagement_id,
        d.occurred_at,
        d.sentence,
        ROW_NUMBER() OVER (
            PARTITION BY d.account_id, d.solution_id, d.topic, d.from_week ORDER BY d.occurred_at DESC, d.engagement_id, d.sentence
        ) AS number
    FROM dated AS d
)

SELECT
    l.account_id,
    l.solution_id,
    l.topic,
    l.from_week,
    LEAST(
        COALESCE(LEAD(l.from_week) OVER (PARTITION BY l.account_id, l.solution_id, l.topic ORDER BY l.from_week), 9000000000000000),
        l.occurred_at + 7862400000000
    ) AS to_week,
    l.engagement_id,
    l.occurred_at,
    l.sentence
FROM latest AS l
WHERE l.number = 1

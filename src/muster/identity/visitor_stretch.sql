-- The stretches of a browser's history that belong to each person: those who said who they are in it, one after the other,
-- or whose mail it was opened from while nobody had said so. The first reaches back to the beginning.
WITH sign AS (
    SELECT
        o.visitor_id,
        o.person_id,
        'identified_visit' AS method,
        o.known_at,
        o.engagement_id
    FROM engagement_owner AS o
    WHERE o.visitor_id IS NOT NULL
    AND o.person_id IS NOT NULL
    AND NOT o.is_ignored
    UNION ALL
    SELECT
        c.visitor_id,
        c.person_id,
        'mail_click' AS method,
        c.known_at,
        c.engagement_id
    FROM mail_click_visit AS c
),

-- Nearly every browser shows one sign again and again: only the others need an order.
first_sign AS (
    SELECT
        s.visitor_id,
        s.person_id,
        s.method,
        MIN(s.known_at) AS known_at
    FROM sign AS s
    GROUP BY s.visitor_id, s.person_id, s.method
),

several AS (
    SELECT f.visitor_id
    FROM first_sign AS f
    GROUP BY f.visitor_id
    HAVING COUNT(*) > 1
),

ordered AS (
    SELECT
        s.visitor_id,
        s.person_id,
        s.method,
        s.known_at,
        s.engagement_id,
        FIRST_VALUE(s.person_id) OVER (
            PARTITION BY s.visitor_id ORDER BY s.known_at, s.engagement_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS first_person_id
    FROM sign AS s
    JOIN several AS v ON v.visitor_id = s.visitor_id
),

-- A forwarded mail is opened in a browser that is somebody else's: a click never takes a browser from its first person.
trusted AS (
    SELECT
        o.visitor_id,
        o.person_id,
        o.method,
        o.known_at,
        o.engagement_id,
        LAG(o.person_id) OVER (PARTITION BY o.visitor_id ORDER BY o.known_at, o.engagement_id) AS person_before,
        LAG(o.method) OVER (PARTITION BY o.visitor_id ORDER BY o.known_at, o.engagement_id) AS method_before
    FROM ordered AS o
    WHERE o.method = 'identified_visit'
    OR o.person_id = o.first_person_id
),

changed AS (
    SELECT
        t.visitor_id,
        t.person_id,
        t.method,
        t.known_at,
        ROW_NUMBER() OVER (PARTITION BY t.visitor_id, t.known_at ORDER BY t.engagement_id DESC) AS last_then
    FROM trusted AS t
    WHERE t.person_before IS NULL
    OR t.person_before <> t.person_id
    OR (t.method = 'identified_visit' AND t.method_before = 'mail_click')
),

begun AS (
    SELECT
        f.visitor_id,
        f.person_id,
        f.method,
        f.known_at AS from_at
    FROM first_sign AS f
    LEFT JOIN several AS v ON v.visitor_id = f.visitor_id
    WHERE v.visitor_id IS NULL
    UNION ALL
    SELECT
        c.visitor_id,
        c.person_id,
        c.method,
        c.known_at AS from_at
    FROM changed AS c
    WHERE c.last_then = 1
)

SELECT
    b.visitor_id,
    b.person_id,
    b.method,
    b.from_at,
    CASE WHEN ROW_NUMBER() OVER (PARTITION BY b.visitor_id ORDER BY b.from_at) = 1 THEN 0 ELSE b.from_at END AS valid_from,
    COALESCE(LEAD(b.from_at) OVER (PARTITION BY b.visitor_id ORDER BY b.from_at), 9000000000000000) AS valid_to
FROM begun AS b

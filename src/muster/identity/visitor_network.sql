-- The account that a browser's network names, over time: the one that most of its visits resolved to so far, the earlier
-- on ties. A lookup that errs once is outvoted by those that follow. The first reaches back to the beginning.
WITH resolved AS (
    SELECT
        o.visitor_id,
        o.network_account_id AS account_id,
        o.known_at,
        o.engagement_id,
        o.person_id
    FROM engagement_owner AS o
    WHERE o.visitor_id IS NOT NULL
    AND o.network_account_id IS NOT NULL
    AND (o.is_looked_up OR o.person_id IS NULL) -- else the account is but the person's address again
    AND NOT o.is_ignored
),

-- Nearly every browser resolves to one account: only the others need an order.
browser AS (
    SELECT
        r.visitor_id,
        MIN(r.account_id) AS account_id,
        MAX(r.account_id) AS last_account_id,
        MIN(r.known_at) AS from_at,
        MIN(CASE WHEN r.person_id IS NULL THEN r.known_at END) AS nameless_at
    FROM resolved AS r
    GROUP BY r.visitor_id
),

counted AS (
    SELECT
        r.visitor_id,
        r.account_id,
        r.known_at,
        r.engagement_id,
        ROW_NUMBER() OVER (PARTITION BY r.visitor_id, r.account_id ORDER BY r.known_at, r.engagement_id) AS seen
    FROM resolved AS r
    JOIN browser AS b ON b.visitor_id = r.visitor_id AND b.account_id <> b.last_account_id
),

raced AS (
    SELECT
        c.visitor_id,
        c.account_id,
        c.known_at,
        c.engagement_id,
        c.seen,
        MAX(c.seen) OVER (
            PARTITION BY c.visitor_id ORDER BY c.known_at, c.engagement_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS most_before
    FROM counted AS c
),

leader AS (
    SELECT
        r.visitor_id,
        r.account_id,
        r.known_at,
        r.engagement_id,
        LAG(r.account_id) OVER (PARTITION BY r.visitor_id ORDER BY r.known_at, r.engagement_id) AS account_before
    FROM raced AS r
    WHERE r.seen > COALESCE(r.most_before, 0)
),

changed AS (
    SELECT
        l.visitor_id,
        l.account_id,
        l.known_at,
        ROW_NUMBER() OVER (PARTITION BY l.visitor_id, l.known_at ORDER BY l.engagement_id DESC) AS last_then
    FROM leader AS l
    WHERE l.account_before IS NULL
    OR l.account_before <> l.account_id
),

begun AS (
    SELECT
        b.visitor_id,
        b.account_id,
        b.from_at
    FROM browser AS b
    WHERE b.account_id = b.last_account_id
    UNION ALL
    SELECT
        c.visitor_id,
        c.account_id,
        c.known_at AS from_at
    FROM changed AS c
    WHERE c.last_then = 1
)

SELECT
    b.visitor_id,
    b.account_id,
    b.from_at,
    n.nameless_at IS NOT NULL AND n.nameless_at = b.from_at AS is_nameless,
    CASE WHEN ROW_NUMBER() OVER (PARTITION BY b.visitor_id ORDER BY b.from_at) = 1 THEN 0 ELSE b.from_at END AS valid_from,
    COALESCE(LEAD(b.from_at) OVER (PARTITION BY b.visitor_id ORDER BY b.from_at), 9000000000000000) AS valid_to
FROM begun AS b
JOIN browser AS n ON n.visitor_id = b.visitor_id

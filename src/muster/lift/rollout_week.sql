-- Each region in each week, for every roll-out of the rules: whether it was on, and what opened and was won among the accounts that were on
-- record there when it began. A region is what account records call region, or country where the rules name one.
WITH begun AS (
    SELECT r.name, MIN(r.from_at) AS starts_at
    FROM rule_rollouts AS r
    CROSS JOIN clock AS c
    WHERE r.from_at <= c.as_of_at
    GROUP BY r.name
),

meant AS (
    SELECT r.name, MAX(f.attribute) AS attribute
    FROM rule_rollouts AS r
    JOIN account_fact AS f ON LOWER(f.value) = LOWER(r.region)
    WHERE f.attribute IN ('region', 'country')
    GROUP BY r.name
),

placed AS (
    SELECT b.name, LOWER(f.value) AS region, f.account_id
    FROM begun AS b
    JOIN meant AS m ON m.name = b.name
    JOIN account_fact AS f ON f.attribute = m.attribute AND f.known_at <= b.starts_at
),

peopled AS (
    SELECT p.name, p.region, COUNT(*) AS account_count
    FROM placed AS p
    GROUP BY p.name, p.region
),

happened AS (
    SELECT
        o.account_id,
        o.created_at - MOD(o.created_at - 345600000000, 604800000000) AS week_at,
        1 AS opened,
        0 AS won,
        CAST(0 AS BIGINT) AS cents
    FROM account_opportunity AS o
    WHERE COALESCE(o.type, '') <> 'renewal'
    UNION ALL
    SELECT
        o.account_id,
        o.closed_at - MOD(o.closed_at - 345600000000, 604800000000) AS week_at,
        0 AS opened,
        1 AS won,
        CASE WHEN o.currency = c.currency THEN o.amount_cents ELSE 0 END AS cents
    FROM account_opportunity AS o
    CROSS JOIN clock AS c
    WHERE o.is_won
    AND COALESCE(o.type, '') <> 'renewal'
),

counted AS (
    SELECT
        p.name,
        p.region,
        h.week_at,
        CAST(SUM(h.opened) AS BIGINT) AS opening_count,
        CAST(SUM(h.won) AS BIGINT) AS won_count,
        CAST(SUM(h.cents) AS BIGINT) AS won_cents
    FROM placed AS p
    JOIN happened AS h ON h.account_id = p.account_id
    GROUP BY p.name, p.region, h.week_at
),

run AS (
    SELECT w.week_at, w.week_at + 604800000000 AS ends_at
    FROM week AS w
)

SELECT
    p.name AS experiment,
    p.region,
    w.week_at,
    MAX(CASE WHEN r.name IS NULL THEN 0 ELSE 1 END) = 1 AS is_on,
    p.account_count,
    COALESCE(MAX(n.opening_count), 0) AS opening_count,
    COALESCE(MAX(n.won_count), 0) AS won_count,
    COALESCE(MAX(n.won_cents), 0) AS won_cents
FROM peopled AS p
CROSS JOIN run AS w
CROSS JOIN clock AS c
LEFT JOIN counted AS n ON n.name = p.name AND n.region = p.region AND n.week_at = w.week_at
LEFT JOIN rule_rollouts AS r
    ON r.name = p.name
    AND LOWER(r.region) = p.region
    AND r.from_at <= w.week_at
    AND w.week_at < r.ends_at
    AND w.week_at < r.to_at
WHERE w.ends_at <= c.as_of_at
GROUP BY p.name, p.region, w.week_at, p.account_count

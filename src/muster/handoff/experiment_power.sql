-- What each experiment of the rules can see, said before it begins: by the openings of the accounts known by then, in as long a time
-- before it. Detectable at 80 % power and 5 %: 2.8 x sqrt(var / (N f (1 - f))) openings an account.
WITH subject AS (
    SELECT
        x.name,
        x.from_at,
        x.share,
        x.ends_at - x.from_at AS lasts_us,
        f.account_id
    FROM rule_experiments AS x
    CROSS JOIN clock AS c
    JOIN first_act AS f ON f.engagement_id IS NOT NULL
    JOIN resolved_engagement AS e ON e.engagement_id = f.engagement_id
    WHERE GREATEST(e.occurred_at, e.known_at) < LEAST(x.from_at, c.as_of_at)
),

opened AS (
    SELECT
        s.name,
        s.from_at,
        s.share,
        s.account_id,
        COUNT(o.opportunity_id) AS openings
    FROM subject AS s
    CROSS JOIN clock AS c
    LEFT JOIN account_opportunity AS o
        ON o.account_id = s.account_id
        AND o.created_at < LEAST(s.from_at, c.as_of_at)
        AND o.created_at >= LEAST(s.from_at, c.as_of_at) - s.lasts_us
    GROUP BY s.name, s.from_at, s.share, s.account_id
),

counted AS (
    SELECT
        o.name,
        o.from_at,
        o.share,
        COUNT(*) AS accounts,
        CAST(SUM(o.openings) AS BIGINT) AS openings,
        CAST(SUM(o.openings * o.openings) AS BIGINT) AS squares
    FROM opened AS o
    GROUP BY o.name, o.from_at, o.share
),

spread AS (
    SELECT
        n.name,
        n.from_at,
        n.share,
        n.accounts,
        n.openings,
        (n.squares - n.openings * (n.openings / CAST(NULLIF(n.accounts, 0) AS DOUBLE))) / NULLIF(n.accounts - 1e0, 0e0) AS variance
    FROM counted AS n
),

seen AS (
    SELECT
        s.name,
        s.from_at,
        s.share,
        s.accounts,
        s.openings,
        s.variance,
        CASE WHEN s.openings > 0
            THEN 2.8e3 * SQRT(s.variance / NULLIF(s.accounts * s.share * (1e0 - s.share), 0e0)) END AS detectable
    FROM spread AS s
)

SELECT
    s.name AS experiment,
    s.from_at AS starts_at,
    s.share AS holdout_share,
    s.accounts AS account_count,
    s.openings AS opening_count,
    s.variance,
    s.detectable AS detectable_per_1000,
    CASE
        WHEN s.detectable IS NULL THEN 'too little is known to say what this hold-out could see: nothing opened in as long a time before'
        ELSE 'this hold-out could see ' || CAST(CAST(FLOOR(s.detectable + 9.99999e-1) AS BIGINT) AS VARCHAR)
            || ' openings per 1,000 accounts or more; ' || CAST(CAST(FLOOR(1e3 * s.openings / NULLIF(CAST(s.accounts AS DOUBLE), 0e0) + 5e-1) AS BIGINT) AS VARCHAR)
            || ' opened in as long a time before'
    END AS sentence
FROM seen AS s

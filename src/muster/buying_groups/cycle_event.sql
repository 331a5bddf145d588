-- Everything that happens on an account and solution, business unit by business unit (part) and cut into cycles: a new one starts after the last open opportunity closed,
-- or after the account was silent for longer than a buying cycle may be.
WITH happening AS (
    SELECT
        e.account_id,
        e.solution_id,
        COALESCE(u.part, '') AS part,
        e.known_at AS at,
        e.known_at AS alive_until,
        1 AS kind_order,
        'engagement' AS kind,
        e.engagement_id AS source_id,
        e.person_id,
        CASE WHEN e.person_id IS NOT NULL THEN GREATEST(e.known_at, e.person_known_at) END AS person_at,
        e.visitor_id,
        e.is_buying_act,
        e.is_participation,
        FALSE AS is_won
    FROM resolved_engagement AS e
    LEFT JOIN person_part AS u
        ON u.account_id = e.account_id
        AND u.solution_id = e.solution_id
        AND u.person_id = e.person_id
        AND u.from_at <= GREATEST(e.known_at, e.person_known_at)
        AND GREATEST(e.known_at, e.person_known_at) < COALESCE(u.to_at, 9000000000000000)
    WHERE e.account_id IS NOT NULL
    AND e.solution_id IS NOT NULL
    AND e.is_act
    AND (e.person_id IS NOT NULL OR e.visitor_id IS NOT NULL)
    UNION ALL
    SELECT
        o.account_id,
        o.solution_id,
        o.part,
        o.created_at AS at,
        COALESCE(o.closed_at, 9000000000000000) AS alive_until,
        0 AS kind_order,
        'opportunity' AS kind,
        o.opportunity_id AS source_id,
        CAST(NULL AS VARCHAR) AS person_id,
        CAST(NULL AS BIGINT) AS person_at,
        CAST(NULL AS VARCHAR) AS visitor_id,
        FALSE AS is_buying_act,
        FALSE AS is_participation,
        FALSE AS is_won
    FROM account_opportunity AS o
    WHERE o.account_id IS NOT NULL
    UNION ALL
    SELECT
        s.account_id,
        s.solution_id,
        s.part,
        s.ends_at AS at,
        s.ends_at AS alive_until,
        2 AS kind_order,
        'closing' AS kind,
        'closing' AS source_id,
        CAST(NULL AS VARCHAR) AS person_id,
        CAST(NULL AS BIGINT) AS person_at,
        CAST(NULL AS VARCHAR) AS visitor_id,
        FALSE AS is_buying_act,
        FALSE AS is_participation,
        s.is_won
    FROM selling_stretch AS s
    WHERE s.ends_at < 9000000000000000
),

ordered AS (
    SELECT
        h.account_id,
        h.solution_id,
        h.part,
        h.at,
        h.alive_until,
        h.kind,
        h.kind_order,
        h.source_id,
        h.person_id,
        h.person_at,
        h.visitor_id,
        h.is_buying_act,
        h.is_participation,
        h.is_won,
        MAX(h.alive_until) OVER (
            PARTITION BY h.account_id, h.solution_id, h.part ORDER BY h.at, h.kind_order, h.source_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS alive_before,
        LAG(h.kind) OVER (PARTITION BY h.account_id, h.solution_id, h.part ORDER BY h.at, h.kind_order, h.source_id) AS kind_before
    FROM happening AS h
)

SELECT
    o.account_id,
    o.solution_id,
    o.part,
    CAST(SUM(CASE
        WHEN o.kind_before = 'closing' THEN 1
        WHEN o.at - COALESCE(o.alive_before, o.at) > p.silent_us THEN 1
        ELSE 0
    END) OVER (
        PARTITION BY o.account_id, o.solution_id, o.part ORDER BY o.at, o.kind_order, o.source_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS BIGINT) AS segment,
    o.at,
    o.alive_until,
    o.kind,
    o.source_id,
    o.person_id,
    o.person_at,
    o.visitor_id,
    o.is_buying_act,
    o.is_participation,
    o.is_won
FROM ordered AS o
JOIN rule_policy AS p ON p.from_at <= o.at AND o.at < p.to_at

-- How likely each known person takes part in the decision of their group, and why, in a seller's words: the odds of anybody who joins,
-- times what each sign makes of them (rules/membership.csv). For a closed group, as of its closing.
WITH general AS (
    SELECT d.buying_group_id, d.person_id, d.at, d.millionths
    FROM divided_engagement AS d
    JOIN group_cycle AS g ON g.buying_group_id = d.buying_group_id
    WHERE g.closed_at IS NULL
    OR d.at < g.closed_at
),

general_sum AS (
    SELECT e.buying_group_id, e.person_id, MAX(e.at) AS at, CAST(SUM(e.millionths) AS BIGINT) AS millionths
    FROM general AS e
    GROUP BY e.buying_group_id, e.person_id
),

general_weight AS (
    SELECT
        s.buying_group_id,
        s.person_id,
        CAST(FLOOR(LN(r.times) * LEAST(s.millionths, 1000000 * r.at_most) / 1e3 + 5e-1) AS BIGINT) AS weight
    FROM general_sum AS s
    JOIN rule_membership AS r ON r.sign = 'company_content' AND r.from_at <= s.at AND s.at < r.to_at
),

day_count AS (
    SELECT e.buying_group_id, e.person_id, COUNT(DISTINCT e.at - MOD(e.at, 86400000000)) AS days
    FROM group_engagement AS e
    WHERE e.is_participation
    AND e.person_id IS NOT NULL
    GROUP BY e.buying_group_id, e.person_id
),

summed AS (
    SELECT
        s.buying_group_id,
        s.person_id,
        CAST(SUM(s.weight) AS BIGINT) AS weight,
        CAST(SUM(CASE WHEN s.sign = 'colleague' THEN 1 ELSE 0 END) AS BIGINT) AS colleagues,
        MAX(CASE WHEN s.sign = 'contact_role' THEN 1 ELSE 0 END) AS is_named,
        MAX(CASE WHEN s.sign = 'converted_lead' THEN 1 ELSE 0 END) AS is_converted,
        MAX(CASE WHEN s.sign = 'meeting' THEN 1 ELSE 0 END) AS has_met,
        MAX(CASE WHEN s.sign = 'shared' THEN 1 ELSE 0 END) AS has_shared,
        CAST(SUM(CASE WHEN s.sign = 'vouched_for' THEN CASE WHEN s.weight > 0 THEN 1 ELSE -1 END ELSE 0 END) AS BIGINT) AS is_vouched_for,
        CAST(SUM(CASE WHEN s.sign = 'ruled_out' THEN CASE WHEN s.weight < 0 THEN 1 ELSE -1 END ELSE 0 END) AS BIGINT) AS is_ruled_out,
        MAX(CASE WHEN s.sign = 'elsewhere' THEN 1 ELSE 0 END) AS is_elsewhere,
        MAX(CASE WHEN s.sign = 'function' THEN s.weight END) AS function_weight
    FROM member_sign AS s
    GROUP BY s.buying_group_id, s.person_id
)

SELECT
    s.buying_group_id,
    s.person_id,
    s.weight + COALESCE(w.weight, 0) AS weight,
    LEAST(GREATEST(CAST(FLOOR(1e2 / NULLIF(1e0 + EXP(-(s.weight + COALESCE(w.weight, 0)) / 1e3), 0e0) + 5e-1) AS DOUBLE), 1e0), 9.9e1) / 1e2 AS confidence,
    CASE
        WHEN s.is_ruled_out > 0 THEN 'a seller or reviewer said that they have no part in it; '
        WHEN s.is_vouched_for > 0 THEN 'a seller or reviewer said that they have a part in it; '
        ELSE ''
    END || CASE
        WHEN s.is_named = 1 THEN 'named by sales on the opportunity'
        WHEN s.has_met = 1 THEN 'met with sales about the opportunity'
        WHEN s.is_converted = 1 THEN 'the lead that sales made the opportunity of'
        WHEN d.days IS NULL THEN 'came over from another group of the account'
        WHEN d.days = 1 THEN 'took part on one day'
        ELSE 'took part on ' || CAST(d.days AS VARCHAR) || ' days'
    END
        || CASE WHEN s.is_named + s.has_met + s.is_converted > 0 AND d.days > 0 THEN ', took part on ' || CAST(d.days AS VARCHAR)
            || CASE WHEN d.days = 1 THEN ' day' ELSE ' days' END ELSE '' END
        || CASE
            WHEN s.colleagues = 1 THEN ', in the same two weeks as a colleague'
            WHEN s.colleagues > 1 THEN ', in the same two weeks as colleagues'
            WHEN d.days > 0 THEN ', at a time when nobody else did'
            ELSE ''
        END
        || CASE WHEN s.has_shared = 1 THEN '; passed content on or got it from a colleague' ELSE '' END
        || CASE
            WHEN s.function_weight >= 200 THEN '; ' || k.function || ' is often part of such deals'
            WHEN s.function_weight <= -200 THEN '; ' || k.function || ' is seldom part of such deals'
            ELSE ''
        END
        || CASE WHEN s.is_elsewhere = 1 THEN '; also looks at other solutions' ELSE '' END AS reason
FROM summed AS s
JOIN person_rank AS k ON k.person_id = s.person_id
LEFT JOIN day_count AS d ON d.buying_group_id = s.buying_group_id AND d.person_id = s.person_id
LEFT JOIN general_weight AS w ON w.buying_group_id = s.buying_group_id AND w.person_id = s.person_id

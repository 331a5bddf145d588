-- How sure the account is that a browser's network names: as often as lookups were right for this account before, five
-- cases of the company's own rate standing in until there are enough. A network whose browsers keep turning out to be
-- other companies' people is no company's, whatever the lists say: from then on it sinks below one half.
WITH step AS (
    SELECT
        n.account_id,
        n.visitor_id,
        n.from_at AS moment,
        0 AS turn,
        0 AS compared_count,
        0 AS right_count
    FROM visitor_network AS n
    UNION ALL
    SELECT
        e.account_id,
        e.visitor_id,
        e.known_at AS moment,
        1 AS turn,
        1 AS compared_count,
        CASE WHEN e.is_right THEN 1 ELSE 0 END AS right_count
    FROM match_evidence AS e
    WHERE e.method = 'company_domain'
),

running AS (
    SELECT
        s.account_id,
        s.visitor_id,
        s.moment,
        s.turn,
        CAST(SUM(s.compared_count) OVER (
            PARTITION BY s.account_id ORDER BY s.moment, s.turn, s.visitor_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS compared_count,
        CAST(SUM(s.right_count) OVER (
            PARTITION BY s.account_id ORDER BY s.moment, s.turn, s.visitor_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS right_count
    FROM step AS s
)

SELECT
    n.visitor_id,
    n.account_id,
    n.from_at,
    n.valid_from,
    n.valid_to,
    (r.right_count + 5 * COALESCE(w.rate, 8e-1)) / (r.compared_count + 5) AS confidence
FROM visitor_network AS n
JOIN running AS r ON r.account_id = n.account_id AND r.visitor_id = n.visitor_id AND r.moment = n.from_at AND r.turn = 0
LEFT JOIN match_rate AS w
    ON w.method = 'company_domain' AND w.week_at = n.from_at - MOD(n.from_at - 345600000000, 604800000000)

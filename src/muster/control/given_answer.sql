-- What sales said and did about each thing it was given while a verdict counts, each dated by when it was known: a rejection and what
-- its reason is about, an act, an acceptance, an opportunity for the solution. An act dated by its day alone counts on the day itself.
WITH said AS (
    SELECT
        g.process,
        g.unit_id,
        CASE WHEN d.kind = 'rejected' THEN 'rejected' ELSE 'accepted' END AS answer,
        CASE WHEN d.kind = 'rejected' THEN COALESCE(r.concerns, 'other') END AS concerns,
        CASE WHEN d.hand_off_id IS NOT NULL THEN GREATEST(d.decided_at, g.at) ELSE d.decided_at END AS at
    FROM given_unit AS g
    JOIN decided_about AS d ON d.buying_group_id = g.buying_group_id AND COALESCE(d.hand_off_id, g.unit_id) = g.unit_id
    LEFT JOIN reading_rejection AS r ON r.reason = d.reason
    WHERE g.process = 'hand_off'
    AND d.kind IN ('accepted', 'rejected')
    UNION ALL
    SELECT
        p.process,
        p.unit_id,
        CASE WHEN s.status = 'disqualified' THEN 'rejected' ELSE 'accepted' END AS answer,
        CASE WHEN s.status = 'disqualified' THEN COALESCE(r.concerns, 'other') END AS concerns,
        s.changed_at AS at
    FROM given_person AS p
    JOIN known_lead_status AS s ON s.person_record_id = p.person_record_id
    LEFT JOIN reading_rejection AS r ON r.reason = s.reason
    WHERE s.status IN ('sal', 'converted')
    OR (s.status = 'disqualified' AND (p.process = 'mql' OR COALESCE(r.rejects_group, FALSE)))
    UNION ALL
    SELECT
        p.process,
        p.unit_id,
        'acted' AS answer,
        CAST(NULL AS VARCHAR) AS concerns,
        CASE
            WHEN MOD(a.occurred_at, 86400000000) = 0 AND p.at - MOD(p.at, 86400000000) = a.occurred_at THEN p.at
            ELSE a.occurred_at
        END AS at
    FROM given_person AS p
    JOIN known_sales_activity AS a ON a.person_record_id = p.person_record_id
    UNION ALL
    SELECT
        g.process,
        g.unit_id,
        'opened' AS answer,
        CAST(NULL AS VARCHAR) AS concerns,
        o.created_at AS at
    FROM given_unit AS g
    JOIN account_opportunity AS o ON o.account_id = g.account_id AND o.solution_id = g.solution_id AND o.part = g.part
    WHERE COALESCE(o.type, '') <> 'renewal'
    UNION ALL
    SELECT
        p.process,
        p.unit_id,
        'opened' AS answer,
        CAST(NULL AS VARCHAR) AS concerns,
        o.created_at AS at
    FROM given_person AS p
    JOIN given_unit AS g ON g.process = p.process AND g.unit_id = p.unit_id AND g.solution_id IS NULL
    JOIN known_person_record AS r ON r.person_record_id = p.person_record_id
    JOIN account_opportunity AS o ON o.opportunity_id = r.converted_opportunity_id
)

SELECT
    s.process,
    s.unit_id,
    s.answer,
    s.concerns,
    MIN(s.at) AS at
FROM said AS s
JOIN given_unit AS g ON g.process = s.process AND g.unit_id = s.unit_id
WHERE s.at >= g.at
AND s.at < g.verdict_at
GROUP BY s.process, s.unit_id, s.answer, s.concerns

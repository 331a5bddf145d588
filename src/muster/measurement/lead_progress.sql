-- What became of each lead that the old process called an MQL: accepted, disqualified, and the opportunity that the CRM ties it to,
-- by its conversion or by a contact role of its person named from then on.
WITH mql AS (
    SELECT s.person_record_id, MIN(s.changed_at) AS mql_at
    FROM known_lead_status AS s
    WHERE s.status = 'mql'
    GROUP BY s.person_record_id
),

named AS (
    SELECT m.person_record_id, a.person_id, m.mql_at
    FROM mql AS m
    LEFT JOIN person_alias AS a ON a.person_record_id = m.person_record_id
),

tied AS (
    SELECT m.person_record_id, r.converted_opportunity_id AS opportunity_id, GREATEST(r.converted_at, m.mql_at) AS at
    FROM mql AS m
    JOIN known_person_record AS r ON r.person_record_id = m.person_record_id
    WHERE r.converted_opportunity_id IS NOT NULL
    AND r.converted_at IS NOT NULL
    UNION ALL
    SELECT n.person_record_id, c.opportunity_id, c.known_at AS at
    FROM named AS n
    JOIN person_alias AS a ON a.person_id = n.person_id
    JOIN known_contact_role AS c ON c.person_record_id = a.person_record_id
    WHERE c.known_at >= n.mql_at
),

first_tie AS (
    SELECT
        t.person_record_id,
        t.opportunity_id,
        t.at,
        ROW_NUMBER() OVER (PARTITION BY t.person_record_id ORDER BY t.at, t.opportunity_id) AS number
    FROM tied AS t
    JOIN account_opportunity AS o ON o.opportunity_id = t.opportunity_id
),

answered AS (
    SELECT
        m.person_record_id,
        MIN(CASE WHEN s.status = 'sal' THEN s.changed_at END) AS sal_at,
        MIN(CASE WHEN s.status = 'disqualified' THEN s.changed_at END) AS disqualified_at
    FROM mql AS m
    JOIN known_lead_status AS s ON s.person_record_id = m.person_record_id AND s.changed_at >= m.mql_at
    GROUP BY m.person_record_id
),

placed AS (
    SELECT n.person_record_id, MIN(p.account_id) AS account_id
    FROM named AS n
    JOIN person_account AS p ON p.person_id = n.person_id AND p.valid_from <= n.mql_at AND (p.valid_to IS NULL OR n.mql_at < p.valid_to)
    GROUP BY n.person_record_id
)

SELECT
    m.person_record_id,
    p.account_id,
    m.mql_at,
    a.sal_at,
    a.disqualified_at,
    t.opportunity_id,
    t.at AS tied_at
FROM mql AS m
LEFT JOIN answered AS a ON a.person_record_id = m.person_record_id
LEFT JOIN first_tie AS t ON t.person_record_id = m.person_record_id AND t.number = 1
LEFT JOIN placed AS p ON p.person_record_id = m.person_record_id

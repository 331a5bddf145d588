-- What sales was given: a group's hand-off, and beside it each lead that the company's old process recorded as an MQL. When sales
-- was to act by, and until when a verdict counts, follow from rules/control.csv.
WITH raised AS (
    SELECT
        s.person_record_id,
        s.changed_at AS at,
        ROW_NUMBER() OVER (PARTITION BY s.person_record_id ORDER BY s.changed_at) AS number
    FROM known_lead_status AS s
    WHERE s.status = 'mql'
),

lead AS (
    SELECT
        r.person_record_id,
        r.at,
        r.number,
        a.person_id,
        p.account_id
    FROM raised AS r
    LEFT JOIN person_alias AS a ON a.person_record_id = r.person_record_id
    LEFT JOIN person_account AS p
        ON p.person_id = a.person_id AND p.valid_from <= r.at AND (p.valid_to IS NULL OR r.at < p.valid_to)
),

-- The group the lead belonged to then: of several, the one that had opened last.
grouped AS (
    SELECT
        l.person_record_id,
        l.number,
        g.buying_group_id,
        g.solution_id,
        g.part,
        ROW_NUMBER() OVER (PARTITION BY l.person_record_id, l.number ORDER BY g.opened_at DESC, g.buying_group_id) AS place
    FROM lead AS l
    JOIN group_person AS m ON m.person_id = l.person_id AND m.joined_at <= l.at
    JOIN group_cycle AS g
        ON g.buying_group_id = m.buying_group_id
        AND g.account_id = l.account_id
        AND g.opened_at <= l.at
        AND (g.closed_at IS NULL OR l.at < g.closed_at)
),

given AS (
    SELECT
        'hand_off' AS process,
        h.hand_off_id AS unit_id,
        h.at,
        h.account_id,
        h.solution_id,
        h.part,
        h.buying_group_id,
        CAST(NULL AS VARCHAR) AS person_id,
        CASE WHEN h.at < c.live_since_at THEN TRUE ELSE FALSE END AS is_replayed
    FROM hand_off_moment AS h
    CROSS JOIN clock AS c
    UNION ALL
    SELECT
        'mql' AS process,
        l.person_record_id || '-' || CAST(l.number AS VARCHAR) AS unit_id,
        l.at,
        l.account_id,
        g.solution_id,
        g.part,
        g.buying_group_id,
        l.person_id,
        FALSE AS is_replayed
    FROM lead AS l
    LEFT JOIN grouped AS g ON g.person_record_id = l.person_record_id AND g.number = l.number AND g.place = 1
)

SELECT
    g.process,
    g.unit_id,
    g.at,
    g.account_id,
    g.solution_id,
    g.part,
    g.buying_group_id,
    g.person_id,
    g.is_replayed,
    g.at + r.follow_up_us AS due_at,
    g.at + r.verdict_us AS verdict_at,
    r.again_us
FROM given AS g
JOIN rule_control AS r ON r.from_at <= g.at AND g.at < r.to_at

-- The first word of each person on each thing that sales judged: a group by a decision, an account by what became of its leads. Only
-- words within the days of rules/control.csv from the first one on a subject are compared: later ones may be about another time.
WITH word AS (
    SELECT
        'decision' AS source,
        COALESCE(d.buying_group_id, SUBSTRING(d.subject_id, 1, 17)) AS subject_id, -- a group's id begins its hand-offs'
        d.decided_by AS judge,
        CASE d.kind WHEN 'rejected' THEN COALESCE(r.concerns, 'other') WHEN 'nurture' THEN 'recycled' ELSE d.kind END AS verdict,
        d.decided_at AS at
    FROM decided_about AS d
    LEFT JOIN reading_rejection AS r ON r.reason = d.reason
    WHERE d.kind IN ('accepted', 'rejected', 'recycled', 'nurture')
    AND d.decided_by IS NOT NULL
    UNION ALL
    SELECT
        'lead status' AS source,
        p.account_id AS subject_id,
        k.owner_id AS judge,
        CASE WHEN s.status = 'disqualified' THEN COALESCE(r.concerns, 'other') ELSE 'accepted' END AS verdict,
        s.changed_at AS at
    FROM known_lead_status AS s
    JOIN known_person_record AS k ON k.person_record_id = s.person_record_id
    JOIN person_alias AS a ON a.person_record_id = s.person_record_id
    JOIN person_account AS p
        ON p.person_id = a.person_id AND p.valid_from <= s.changed_at AND (p.valid_to IS NULL OR s.changed_at < p.valid_to)
    LEFT JOIN reading_rejection AS r ON r.reason = s.reason
    WHERE s.status IN ('sal', 'disqualified')
    AND k.owner_id IS NOT NULL
),

numbered AS (
    SELECT
        w.source,
        w.subject_id,
        w.judge,
        w.verdict,
        w.at,
        MIN(w.at) OVER (PARTITION BY w.source, w.subject_id) AS first_at,
        ROW_NUMBER() OVER (PARTITION BY w.source, w.subject_id, w.judge ORDER BY w.at, w.verdict) AS number
    FROM word AS w
)

SELECT n.source, n.subject_id, n.judge, n.verdict
FROM numbered AS n
JOIN rule_control AS r ON r.from_at <= n.first_at AND n.first_at < r.to_at
WHERE n.number = 1
AND n.at <= n.first_at + r.agreement_us

-- What readers of a tracked link did in the fourteen days after it, unled by us: the first such act, whether they answered a mail,
-- and how many there were, beside how many in the fourteen days before. After is not because: both numbers are told.
WITH own_act AS (
    SELECT e.engagement_id, e.account_id, e.person_id, e.activity, e.occurred_at, GREATEST(e.known_at, e.person_known_at) AS known_at
    FROM resolved_engagement AS e
    WHERE e.is_act
    AND e.person_id IS NOT NULL
    AND e.share_token IS NULL
    AND (e.tactic_id IS NULL OR e.activity = 'email_replied')
),

after_reading AS (
    SELECT
        s.share_id,
        a.activity,
        a.occurred_at,
        GREATEST(a.known_at, s.known_at) AS known_at,
        ROW_NUMBER() OVER (PARTITION BY s.share_id ORDER BY a.occurred_at, a.engagement_id) AS number
    FROM share AS s
    JOIN own_act AS a
        ON a.person_id = s.to_person_id
        AND a.account_id = s.account_id
        AND a.occurred_at > s.read_at
        AND a.occurred_at <= s.read_at + 1209600000000
),

before_reading AS (
    SELECT s.share_id, COUNT(*) AS acts
    FROM share AS s
    JOIN own_act AS a
        ON a.person_id = s.to_person_id
        AND a.account_id = s.account_id
        AND a.occurred_at < s.read_at
        AND a.occurred_at >= s.read_at - 1209600000000
    GROUP BY s.share_id
)

SELECT
    r.share_id,
    MIN(r.occurred_at) AS responded_at,
    MIN(r.known_at) AS known_at,
    MAX(CASE WHEN r.number = 1 THEN r.activity END) AS activity,
    MAX(CASE WHEN r.activity = 'email_replied' THEN 1 ELSE 0 END) = 1 AS is_reply,
    COUNT(*) AS acts_after,
    COALESCE(MAX(b.acts), 0) AS acts_before
FROM after_reading AS r
LEFT JOIN before_reading AS b ON b.share_id = r.share_id
GROUP BY r.share_id

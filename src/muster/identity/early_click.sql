-- Clicks of addresses behind a mail scanner that takes its time: several mails were clicked before they were opened
-- (rules/machines.csv). From then on a click before the mail is opened is the scanner's. (Mail tools that take a click for an open date both alike.)
WITH mail AS (
    SELECT
        e.email,
        e.tactic_id,
        MIN(CASE WHEN e.activity = 'email_clicked' THEN e.occurred_at END) AS clicked_at,
        MIN(CASE WHEN e.activity = 'email_opened' THEN e.occurred_at END) AS opened_at
    FROM known_engagement AS e
    WHERE e.activity IN ('email_opened', 'email_clicked')
    AND e.email IS NOT NULL
    AND e.tactic_id IS NOT NULL
    AND e.known_at <= e.occurred_at
    GROUP BY e.email, e.tactic_id
),

early AS (
    SELECT
        m.email,
        m.opened_at,
        r.count,
        ROW_NUMBER() OVER (PARTITION BY m.email ORDER BY m.opened_at, m.tactic_id) AS number
    FROM mail AS m
    JOIN rule_machines AS r ON r.sign = 'clicks_before_open' AND r.from_at <= m.opened_at AND m.opened_at < r.to_at
    WHERE m.opened_at - m.clicked_at > r.seconds * 1000000
),

-- The first instant at which enough mails were: the count of that day's rule.
caught AS (
    SELECT
        e.email,
        MIN(e.opened_at) AS opened_at
    FROM early AS e
    WHERE e.number >= e.count
    GROUP BY e.email
)

SELECT e.engagement_id
FROM known_engagement AS e
JOIN caught AS s ON s.email = e.email AND s.opened_at < e.occurred_at
LEFT JOIN mail AS m ON m.email = e.email AND m.tactic_id = e.tactic_id
WHERE e.activity = 'email_clicked'
AND (m.opened_at IS NULL OR m.opened_at > e.occurred_at)

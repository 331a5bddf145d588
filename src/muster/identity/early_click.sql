-- Clicks of addresses behind a mail scanner that takes its time: three mails were clicked before they were opened. From
-- then on a click before the mail is opened is the scanner's. (Mail tools that take a click for an open date both alike.)
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
        ROW_NUMBER() OVER (PARTITION BY m.email ORDER BY m.opened_at, m.tactic_id) AS number
    FROM mail AS m
    WHERE m.opened_at - m.clicked_at > 5000000
)

SELECT e.engagement_id
FROM known_engagement AS e
JOIN early AS s ON s.email = e.email AND s.number = 3 AND s.opened_at < e.occurred_at
LEFT JOIN mail AS m ON m.email = e.email AND m.tactic_id = e.tactic_id
WHERE e.activity = 'email_clicked'
AND (m.opened_at IS NULL OR m.opened_at > e.occurred_at)

-- Spend booked by the date; tactics of programmes without any spend row bring the cost recorded on
-- them, booked on their first day; a programme's own cost is the sum of its tactics' and not counted again.
WITH booked AS (
    SELECT
        s.tactic_id,
        s.spent_on,
        s.amount_cents,
        COALESCE(s.currency, c.currency) AS currency
    FROM spend AS s
    CROSS JOIN clock AS c
    WHERE s.known_at <= c.as_of_at
    AND s.spent_on <= c.as_of_at
),

has_spend AS (
    SELECT DISTINCT COALESCE(t.program_id, t.tactic_id) AS program_id
    FROM booked AS b
    JOIN known_tactic AS t ON t.tactic_id = b.tactic_id
),

parent AS (
    SELECT DISTINCT t.program_id
    FROM known_tactic AS t
    WHERE t.program_id <> t.tactic_id
)

SELECT
    b.tactic_id,
    b.spent_on,
    b.amount_cents,
    b.currency
FROM booked AS b
UNION ALL
SELECT
    t.tactic_id,
    t.starts_on AS spent_on,
    t.cost_cents AS amount_cents,
    COALESCE(t.currency, c.currency) AS currency
FROM known_tactic AS t
CROSS JOIN clock AS c
LEFT JOIN has_spend AS h ON h.program_id = t.program_id
LEFT JOIN parent AS p ON p.program_id = t.tactic_id
WHERE h.program_id IS NULL
AND p.program_id IS NULL
AND t.cost_cents > 0
AND t.starts_on <= c.as_of_at

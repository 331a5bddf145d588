"""The questions of a back-test in SQL: what rows are ranked by, who opened, and accounts that were silent."""

from __future__ import annotations

from muster.backtest.questions import CHANCE

# What every row is ranked by; the panel's columns, as known that Monday. Its fading points are thousandths of
# hundredths.
_OWN = "p.fast + p.slow"
_WHOLE = f"{_OWN} + p.their_fast + p.their_slow + p.other_fast + p.other_slow"
SCORES = {
    CHANCE: "c.p_open",
    "rule score": "CASE WHEN p.in_group = 1 THEN CAST(p.score AS DOUBLE) END",
    "account x solution sum": f"CAST({_OWN} AS DOUBLE)",
    "account sum": f"CAST({_WHOLE} AS DOUBLE)",
    "MQL person score": "CAST(MAX(p.largest) OVER (PARTITION BY p.account_id, p.week_at) AS DOUBLE)",
    "fit only": "CAST(p.fit AS DOUBLE)",
}
SIGNS = {
    "own": f"({_OWN}) / 1e5",
    "whole": f"({_WHOLE}) / 1e5",
    "people": "p.people_13",
    "seniors": "p.seniors_13",
    "hands": "p.demos",
    "prices": "p.prices",
    "past": "p.past_opened",
    "fit": "p.fit",
}

PREPARE = """
CREATE TEMP TABLE deal AS
SELECT
    a.account_id, o.solution_id, o.created_at, o.closed_at, o.is_won, o.type,
    CASE WHEN o.currency = '{currency}' THEN o.amount_cents ELSE 0 END AS amount_cents
FROM known_opportunity AS o
JOIN account_alias AS a ON a.account_record_id = o.account_record_id;

-- Those that opened in the span where none was open that Monday and none had been won.
CREATE TEMP TABLE fresh AS
SELECT d.account_id, d.solution_id, MIN(d.created_at) AS opens_at
FROM deal AS d
WHERE d.type IS DISTINCT FROM 'renewal'
AND d.created_at > make_timestamp({first}) AND d.created_at <= make_timestamp({last})
AND NOT EXISTS (
    SELECT 1 FROM deal AS b
    WHERE b.account_id = d.account_id AND b.solution_id = d.solution_id
    AND b.created_at <= date_trunc('week', d.created_at - INTERVAL 1 MICROSECOND)
    AND (b.is_won OR b.closed_at IS NULL
        OR b.closed_at > date_trunc('week', d.created_at - INTERVAL 1 MICROSECOND))
)
GROUP BY d.account_id, d.solution_id, date_trunc('week', d.created_at - INTERVAL 1 MICROSECOND);

CREATE TEMP TABLE labelled AS
SELECT p.*
FROM panel AS p
WHERE p.opens IS NOT NULL AND p.week_at >= make_timestamp({first})
AND p.week_at <= make_timestamp({until});
"""

# In the order of their first acts, not of their ids: a draw must not change when an account is named anew.
ACCOUNTS = """
SELECT
    a.account_id, a.region, a.industry,
    CASE
        WHEN a.employee_count < 50 THEN 'under 50' WHEN a.employee_count < 250 THEN '50 to 249'
        WHEN a.employee_count < 1000 THEN '250 to 999' WHEN a.employee_count >= 1000 THEN '1,000 and more'
    END AS size
FROM account AS a
LEFT JOIN (
    SELECT p.account_id, MIN(p.first_act) AS first_act FROM panel AS p GROUP BY p.account_id
) AS f ON f.account_id = a.account_id
ORDER BY f.first_act NULLS LAST, a.first_known_at, a.region, a.industry, a.employee_count,
    a.name, a.account_id
"""

# Which solution a recorded MQL was about: the one its person had done most for; all, where there is none.
MQL = """
CREATE TEMP TABLE mql AS
WITH made AS (
    SELECT DISTINCT s.changed_at, a.person_id
    FROM known_lead_status AS s
    JOIN person_alias AS a ON a.person_record_id = s.person_record_id
    WHERE s.status = 'mql'
),
shown AS (
    SELECT m.changed_at, m.person_id, e.account_id, e.solution_id, SUM(e.weight) AS points
    FROM made AS m
    JOIN resolved_engagement AS e
        ON e.person_id = m.person_id AND e.known_at <= m.changed_at AND e.occurred_at <= m.changed_at
        AND e.occurred_at > m.changed_at - INTERVAL 182 DAY
    WHERE e.account_id IS NOT NULL AND e.solution_id IS NOT NULL AND e.is_act
    GROUP BY m.changed_at, m.person_id, e.account_id, e.solution_id
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY m.changed_at, m.person_id ORDER BY SUM(e.weight) DESC, e.solution_id, e.account_id
    ) = 1
)
SELECT m.changed_at AS at, COALESCE(s.account_id, p.account_id) AS account_id, s.solution_id
FROM made AS m
LEFT JOIN shown AS s ON s.changed_at = m.changed_at AND s.person_id = m.person_id
LEFT JOIN (
    SELECT p.person_id, ANY_VALUE(p.account_id) AS account_id FROM person AS p GROUP BY p.person_id
) AS p ON p.person_id = m.person_id
"""

OPENINGS = """
CREATE TEMP TABLE opening AS
WITH found AS (
    SELECT f.account_id, f.solution_id, f.opens_at FROM fresh AS f
    UNION
    SELECT p.account_id, p.solution_id, p.opens_at FROM labelled AS p WHERE p.opens_at IS NOT NULL
)
SELECT
    f.account_id, f.solution_id, f.opens_at, n.number AS account, s.solution,
    CAST(SUM(d.amount_cents) AS BIGINT) AS amount_cents,
    CAST(SUM(CASE WHEN d.is_won THEN d.amount_cents ELSE 0 END) AS BIGINT) AS won_cents,
    ROW_NUMBER() OVER (ORDER BY f.opens_at, n.number, s.solution) - 1 AS place
FROM found AS f
JOIN numbered AS n ON n.account_id = f.account_id
JOIN placed AS s ON s.solution_id = f.solution_id
JOIN deal AS d ON d.account_id = f.account_id AND d.solution_id = f.solution_id AND d.created_at = f.opens_at
GROUP BY f.account_id, f.solution_id, f.opens_at, n.number, s.solution
"""

ROWS = """
WITH told AS (
    SELECT p.account_id, p.solution_id, p.week_at, MAX(m.at) AS at
    FROM labelled AS p
    JOIN mql AS m
        ON m.account_id = p.account_id AND (m.solution_id = p.solution_id OR m.solution_id IS NULL)
        AND m.at <= p.week_at AND m.at > p.week_at - INTERVAL 91 DAY
    GROUP BY p.account_id, p.solution_id, p.week_at
)
SELECT
    epoch_us(p.week_at) AS week, n.number AS account, s.solution, p.opens,
    CAST(p.opens_after_gap AS BIGINT) AS opens_after_gap, COALESCE(o.place, -1) AS opening,
    p.people_13 AS people, p.visitors_13 AS visitors, p.fast, p.slow, p.acts_26 + p.their_acts_13 AS acts,
    CAST(p.fit AS DOUBLE) AS fit, {signs}, {scores},
    CAST(epoch_us(m.at) - epoch_us(p.week_at) + 7862400000001 AS DOUBLE) AS "score recorded MQL"
FROM labelled AS p
JOIN numbered AS n ON n.account_id = p.account_id
JOIN placed AS s ON s.solution_id = p.solution_id
LEFT JOIN chance AS c
    ON c.account_id = p.account_id AND c.solution_id = p.solution_id AND c.scored_at = p.week_at
LEFT JOIN opening AS o
    ON o.account_id = p.account_id AND o.solution_id = p.solution_id AND o.opens_at = p.opens_at
LEFT JOIN told AS m ON m.account_id = p.account_id AND m.solution_id = p.solution_id AND m.week_at = p.week_at
ORDER BY p.week_at, n.number, s.solution
"""

SILENT = """
CREATE TEMP TABLE silent AS
WITH asked AS (
    SELECT p.solution_id, MIN(p.week_at) AS since FROM panel AS p GROUP BY p.solution_id
),
barred AS (
    SELECT DISTINCT o.epoch_at, d.account_id, d.solution_id
    FROM origin AS o
    JOIN deal AS d ON d.created_at <= make_timestamp(o.epoch_at)
        AND (d.is_won OR d.closed_at IS NULL OR d.closed_at > make_timestamp(o.epoch_at))
),
quiet AS (
    SELECT o.epoch_at, o.is_asked, a.account_id, k.solution_id
    FROM origin AS o
    JOIN account AS a ON a.first_known_at <= make_timestamp(o.epoch_at)
    JOIN asked AS k ON k.since <= make_timestamp(o.epoch_at)
    ANTI JOIN barred AS b
        ON b.epoch_at = o.epoch_at AND b.account_id = a.account_id AND b.solution_id = k.solution_id
    ANTI JOIN panel AS p
        ON epoch_us(p.week_at) = o.epoch_at AND p.account_id = a.account_id AND p.solution_id = k.solution_id
),
came AS (
    SELECT
        q.epoch_at, q.account_id, q.solution_id, MIN(d.created_at) AS opens_at,
        MAX(CASE WHEN d.created_at > make_timestamp(q.epoch_at) + INTERVAL 14 DAY THEN 1 ELSE 0 END) AS later
    FROM quiet AS q
    JOIN deal AS d ON d.account_id = q.account_id AND d.solution_id = q.solution_id
        AND d.type IS DISTINCT FROM 'renewal' AND d.created_at > make_timestamp(q.epoch_at)
        AND d.created_at <= make_timestamp(q.epoch_at + {horizon})
    GROUP BY q.epoch_at, q.account_id, q.solution_id
)
SELECT
    q.epoch_at, q.is_asked, n.number AS account, s.solution, q.account_id, q.solution_id, c.opens_at, c.later
FROM quiet AS q
JOIN numbered AS n ON n.account_id = q.account_id
JOIN placed AS s ON s.solution_id = q.solution_id
LEFT JOIN came AS c
    ON c.epoch_at = q.epoch_at AND c.account_id = q.account_id AND c.solution_id = q.solution_id
"""
# What had come, by each Monday asked about, of silent accounts on the Mondays of a year whose weeks were over
# by then (embargo = horizon). A solution borrows from all with the weight of so many openings.
SILENT_RATES = """
CREATE TEMP TABLE silent_rate AS
WITH counted AS (
    SELECT q.epoch_at, q.solution, COUNT(*) AS rows, COUNT(q.later) AS opens
    FROM silent AS q
    GROUP BY q.epoch_at, q.solution
),
seen AS (
    SELECT
        o.epoch_at, s.solution,
        COALESCE(SUM(c.rows), 0) AS rows, COALESCE(SUM(c.opens), 0) AS opens
    FROM origin AS o
    CROSS JOIN (SELECT DISTINCT q.solution FROM silent AS q) AS s
    LEFT JOIN counted AS c ON c.solution = s.solution
        AND c.epoch_at <= o.epoch_at - {horizon} AND c.epoch_at > o.epoch_at - {horizon} - {span}
    WHERE o.is_asked
    GROUP BY o.epoch_at, s.solution
),
overall AS (
    SELECT s.epoch_at, (SUM(s.opens) + 0.5) / (SUM(s.rows) + 1.0) AS rate
    FROM seen AS s
    GROUP BY s.epoch_at
    HAVING SUM(s.rows) > 0
)
SELECT s.epoch_at, s.solution, (s.opens + {borrowed}) / (s.rows + {borrowed} / o.rate) AS rate
FROM seen AS s
JOIN overall AS o ON o.epoch_at = s.epoch_at
"""
SILENT_SUMS = """
SELECT
    q.account, q.solution, COUNT(*) AS rows, COALESCE(SUM(r.rate), 0) AS foretold, COUNT(q.later) AS opens,
    COALESCE(SUM(q.later), 0) AS opens_after_gap
FROM silent AS q
LEFT JOIN silent_rate AS r ON r.epoch_at = q.epoch_at AND r.solution = q.solution
WHERE q.is_asked
GROUP BY q.account, q.solution
ORDER BY q.account, q.solution
"""
SILENT_OPENINGS = """
SELECT o.place, MAX(q.later) AS later
FROM silent AS q
JOIN opening AS o ON o.account = q.account AND o.solution = q.solution AND o.opens_at = q.opens_at
WHERE q.is_asked
GROUP BY o.place
ORDER BY o.place
"""

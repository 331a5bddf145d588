"""No model may have judged a Monday before it was learnt, or have learnt from weeks that were not over."""

from __future__ import annotations

from muster.chances.horizon import USUAL
from muster.engine.published import Published
from muster.problems import CheckFailed
from muster.recall.clock import WEEK

_TOO_EARLY = """
SELECT c.model_version, MIN(c.scored_at) AS scored_at, ANY_VALUE(m.trained_at) AS trained_at
FROM chance AS c
LEFT JOIN chance_model AS m ON m.model_version = c.model_version
WHERE c.p_open IS NOT NULL
GROUP BY c.model_version
HAVING ANY_VALUE(m.trained_at) IS NULL OR MIN(c.scored_at) < ANY_VALUE(m.trained_at)
"""
# All openings a model may know: those of weeks that, with the weeks after that it tells of, were over on the
# day it was learnt. One that had learnt from a later week knows more of them than there were. Where models
# tell of different weeks, one may know an opening that no Monday's label tells: all opportunities count then.
_TOO_MANY = f"""
WITH model AS (
    SELECT m.model_version, m.trained_at, m.opening_count,
        COALESCE(m.horizon_weeks, {USUAL // WEEK}) AS weeks
    FROM chance_model AS m
    WHERE m.target = 'open'
),
opening AS (
    SELECT p.account_id, p.solution_id, p.opens_at FROM panel AS p WHERE p.opens = 1
    UNION
    SELECT a.account_id, o.solution_id, o.created_at
    FROM known_opportunity AS o
    JOIN account_alias AS a ON a.account_record_id = o.account_record_id
    WHERE o.type IS DISTINCT FROM 'renewal' AND (SELECT COUNT(DISTINCT m.weeks) FROM model AS m) > 1
),
known AS (
    SELECT h.weeks, o.account_id, o.solution_id, o.opens_at, MIN(p.week_at) + to_days(7 * h.weeks) AS from_at
    FROM (SELECT DISTINCT m.weeks FROM model AS m) AS h
    CROSS JOIN opening AS o
    JOIN panel AS p ON p.account_id = o.account_id AND p.solution_id = o.solution_id
        AND p.week_at < o.opens_at AND o.opens_at <= p.week_at + to_days(7 * h.weeks)
    GROUP BY h.weeks, o.account_id, o.solution_id, o.opens_at
)
SELECT m.model_version, m.trained_at, m.opening_count, m.weeks, COUNT(k.from_at) AS over
FROM model AS m
LEFT JOIN known AS k ON k.weeks = m.weeks AND k.from_at <= m.trained_at
GROUP BY m.model_version, m.trained_at, m.opening_count, m.weeks
HAVING m.opening_count > COUNT(k.from_at)
ORDER BY m.trained_at
LIMIT 1
"""


def check_embargo(published: Published) -> int:
    """How many models were checked. Raises CheckFailed naming one that knew what it could not have known."""
    remedy = "The figures would flatter it. Build the tables again: muster run"
    for row in published.arrow(_TOO_EARLY).to_pylist():
        raise CheckFailed(
            f"Model {row['model_version']}, learnt on {row['trained_at']}, judged {row['scored_at']}.",
            remedy=remedy,
        )
    for row in published.arrow(_TOO_MANY).to_pylist():
        raise CheckFailed(
            f"Model {row['model_version']} of {row['trained_at']} learnt from {row['opening_count']} "
            f"openings; only {row['over']} lay in weeks whose {row['weeks']} weeks were over by then.",
            remedy=remedy,
        )
    counted = published.arrow("SELECT COUNT(*) AS n FROM chance_model AS m WHERE m.target = 'open'")
    return int(counted.to_pylist()[0]["n"])

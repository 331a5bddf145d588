"""No model may have judged a Monday before it was learnt, or have learnt from weeks that were not over."""

from __future__ import annotations

from muster.engine.published import Published
from muster.problems import CheckFailed

_TOO_EARLY = """
SELECT c.model_version, MIN(c.scored_at) AS scored_at, ANY_VALUE(m.trained_at) AS trained_at
FROM chance AS c
LEFT JOIN chance_model AS m ON m.model_version = c.model_version
WHERE c.p_open IS NOT NULL
GROUP BY c.model_version
HAVING ANY_VALUE(m.trained_at) IS NULL OR MIN(c.scored_at) < ANY_VALUE(m.trained_at)
"""
# All openings a model may know: those of weeks that, with the 13 after, were over on the day it was learnt.
# One that had learnt from a later week knows more of them than there were.
_TOO_MANY = """
WITH opening AS (
    SELECT p.account_id, p.solution_id, p.opens_at, MIN(p.week_at) + INTERVAL 91 DAY AS known_from
    FROM panel AS p
    WHERE p.opens = 1
    GROUP BY p.account_id, p.solution_id, p.opens_at
)
SELECT m.model_version, m.trained_at, m.opening_count, COUNT(o.known_from) AS over
FROM chance_model AS m
LEFT JOIN opening AS o ON o.known_from <= m.trained_at
WHERE m.target = 'open'
GROUP BY m.model_version, m.trained_at, m.opening_count
HAVING m.opening_count > COUNT(o.known_from)
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
            f"openings; only {row['over']} lay in weeks whose 13 weeks were over by then.",
            remedy=remedy,
        )
    counted = published.arrow("SELECT COUNT(*) AS n FROM chance_model AS m WHERE m.target = 'open'")
    return int(counted.to_pylist()[0]["n"])

"""How long strangers keep the names that records call them by, as `retention.csv` says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from muster.problems import RuleError
from muster.rules.read import Rules, Value, in_force

STRANGERS = "strangers"
LEAST_DAYS = 30  # a shorter silence is a holiday, and would rename people who are reading this week


def check_retention(rows: Iterable[Mapping[str, Value]]) -> None:
    """Raise RuleError for a row that nothing is kept by, or for fewer days than a silence lasts."""
    for row in rows:
        if row["what"] != STRANGERS:
            raise RuleError(
                f"rules/retention.csv: nothing is kept by {row['what']!r}.",
                remedy=f"Write {STRANGERS}.",
                field="what",
            )
        days = row["days"]
        assert isinstance(days, int)
        if days != 0 and days < LEAST_DAYS:
            raise RuleError(
                f"rules/retention.csv: {days} days are no silence.",
                remedy=f"Write {LEAST_DAYS} or more, or 0 to keep names for good.",
                field="days",
            )


def stranger_days(rules: Rules, at: int) -> int | None:
    """After how many days of silence strangers go by no name, as it holds at an instant; None for never."""
    rows = in_force(rules["retention"], at)
    days = next((row["days"] for row in rows if row["what"] == STRANGERS), 0)
    assert isinstance(days, int)
    return days or None

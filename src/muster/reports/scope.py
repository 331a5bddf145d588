"""What a board pack is about: the quarter, what it is compared with, the company's currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from muster.reports.quarter import Quarter
from muster.reports.values import show

QUARTERS_SHOWN = 9  # this one, the same one last year, and the same one the year before


@dataclass(frozen=True, slots=True)
class Scope:
    """The quarter of the pack and the instant its tables are as of."""

    quarter: Quarter
    currency: str
    as_of: datetime

    @property
    def before(self) -> Quarter:
        """The quarter before."""
        return self.quarter.plus(-1)

    @property
    def year_ago(self) -> Quarter:
        """The same quarter of the year before."""
        return self.quarter.plus(-4)

    @property
    def shown(self) -> tuple[Quarter, ...]:
        """The quarters of a picture over time, oldest first."""
        return tuple(self.quarter.plus(i - QUARTERS_SHOWN + 1) for i in range(QUARTERS_SHOWN))

    @property
    def compared(self) -> tuple[Quarter, ...]:
        """This quarter, the one before, the same one a year ago."""
        return (self.quarter, self.before, self.year_ago)

    @property
    def end(self) -> str:
        """The day the pack's state figures stand on: the quarter's last, or the as-of day if earlier."""
        return show(min(self.quarter.last_day, self.as_of.date()))


def literal(quarter: Quarter) -> str:
    """The two ends of a quarter as SQL dates: `DATE '2025-07-01' AND DATE '2025-10-01'`-like pair."""
    return f"DATE '{quarter.starts_on}', DATE '{quarter.ends_on}'"


def within(column: str, first: Quarter, last: Quarter | None = None) -> str:
    """A condition: the column lies in the quarter, or in the quarters from the first to the last."""
    end = (last or first).ends_on
    return f"{column} >= DATE '{first.starts_on}' AND {column} < DATE '{end}'"


def periods(quarters: tuple[Quarter, ...]) -> str:
    """The quarters as rows of SQL: `(VALUES (...)) AS p (starts_on, ends_on)`."""
    rows = ", ".join(f"({literal(q)})" for q in quarters)
    return f"(VALUES {rows}) AS p (starts_on, ends_on)"

"""A calendar quarter, the period of a board pack."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from muster.problems import WrongUse

_WRITTEN = re.compile(r"(\d{4})-?[Qq]([1-4])")


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a year, for example the third of 2025.

    >>> Quarter(2025, 3).label, Quarter(2025, 3).ends_on
    ('Q3 2025', datetime.date(2025, 10, 1))
    """

    year: int
    number: int

    @property
    def starts_on(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def ends_on(self) -> date:
        """The first day after it."""
        return self.plus(1).starts_on

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.ends_on - timedelta(days=1)

    @property
    def label(self) -> str:
        """As people write it: Q3 2025."""
        return f"Q{self.number} {self.year}"

    def plus(self, quarters: int) -> Quarter:
        """The quarter that many quarters later; earlier where the number is negative."""
        index = self.year * 4 + self.number - 1 + quarters
        return Quarter(index // 4, index % 4 + 1)

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"


def quarter_of(day: date) -> Quarter:
    """The quarter a day lies in."""
    return Quarter(day.year, (day.month + 2) // 3)


def last_full_quarter(as_of: date) -> Quarter:
    """The last quarter that is over on a day; the day that ends a quarter counts as its end."""
    current = quarter_of(as_of)
    return current if as_of >= current.last_day else current.plus(-1)


def read_quarter(text: str, *, as_of: date) -> Quarter:
    """Read "2025-Q3"; WrongUse when it is no quarter, or begins after the as-of date."""
    match = _WRITTEN.fullmatch(text.strip())
    latest = last_full_quarter(as_of)
    if match is None or int(match[1]) < 2:
        raise WrongUse(
            f'"{text}" is not a quarter.', remedy=f"Write it as in: --period {latest}", field="period"
        )
    quarter = Quarter(int(match[1]), int(match[2]))
    if quarter.starts_on > as_of:
        raise WrongUse(
            f"{quarter.label} begins after the as-of date of the tables, {as_of.isoformat()}.",
            remedy=f"The last full quarter is: --period {latest}",
            field="period",
        )
    return quarter

"""How many weeks chances are about, in words: as the rules said on the day of what is told, not today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from muster.chances.horizon import LEARNT, Reach, reaches_in
from muster.recall.clock import WEEK, micros
from muster.reports.published import Published
from muster.reports.values import show


@dataclass(frozen=True, slots=True)
class Horizon:
    """The stretches of a company's history, each with its number of weeks, in the order of time."""

    reaches: tuple[Reach, ...]

    def weeks_at(self, at: datetime) -> int:
        """How many weeks a chance of that day is about."""
        return self._at(at).horizon // WEEK

    def weeks(self, first: datetime | None = None, last: datetime | None = None) -> str:
        """The weeks of all chances from one day to another, both as long as the history where None.

        >>> Horizon((Reach(0, 10**15, 13 * WEEK), Reach(10**15, 10**16, 26 * WEEK))).weeks()
        '13 weeks (26 from 9 Sep 2001 on)'
        """
        since = self._at(first) if first else self.reaches[0]
        until = self._at(last) if last else self.reaches[-1]
        met = self.reaches[self.reaches.index(since) : self.reaches.index(until) + 1] or (since,)
        later = "".join(f", {_weeks(one)} from {show(_day(one.from_at))} on" for one in met[1:])
        return f"{_weeks(since)} weeks" + (f" ({later[2:]})" if later else "")

    def _at(self, at: datetime) -> Reach:
        return next(one for one in reversed(self.reaches) if one.from_at <= micros(at.replace(tzinfo=UTC)))


def horizon_of(tables: Published) -> Horizon:
    """What the models of a run say: one is learnt on the first Monday of every change of `horizon_weeks`."""
    return Horizon(reaches_in(tables.records(LEARNT)))


def _weeks(reach: Reach) -> str:
    return f"{reach.horizon // WEEK}"


def _day(at: int) -> date:
    return datetime.fromtimestamp(at // 1_000_000, UTC).date()

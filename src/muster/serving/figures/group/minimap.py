"""The whole cycle, small enough to see at once: touches by week, or by month where weeks are too narrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from muster.reports.charts.group_shapes import Bar, Lane, Lanes, Step
from muster.reports.quarter import quarter_of
from muster.reports.values import counted, show
from muster.serving.figures.group.dealings import Deal
from muster.serving.figures.group.group import Group
from muster.serving.figures.group.timeline import LANES, Touch

# How many columns there may be, so that each is 24 pixels wide on the narrowest screen that shows them.
WIDE, PHONE = 22, 11


@dataclass(frozen=True, slots=True)
class Column:
    """A week, month, quarter or year: how many touches in each lane, and the latest that the list holds."""

    grain: str
    first: date
    end: date  # the first day after it
    counts: tuple[int, ...]
    latest: Touch | None

    @property
    def name(self) -> str:
        """As people say it: week of 20 Oct 2025, Oct 2025, Q4 2025, 2025."""
        if self.grain == "week":
            return f"week of {show(self.first)}"
        if self.grain == "month":
            return f"{self.first:%b %Y}"
        return quarter_of(self.first).label if self.grain == "quarter" else str(self.first.year)

    @property
    def about(self) -> str:
        """What it holds, in words."""
        said = [
            f"{n} {word}" for n, word in zip(self.counts, ("known", "anonymous", "ours"), strict=True) if n
        ]
        return f"{self.name}: {counted(sum(self.counts), 'touch', 'touches')}, {', '.join(said)}"


def cycle_days(group: Group, touches: Sequence[Touch], *, as_of: datetime) -> tuple[date, date]:
    """The first and the last day of a cycle that has touches, the latest of them first."""
    begin = min(touches[-1].occurred_at, group.opened_at)
    return begin.date(), max(group.ends_at(as_of), touches[0].occurred_at).date()


def columns_of(
    touches: Sequence[Touch], listed: Sequence[Touch], days: tuple[date, date], most: int
) -> tuple[Column, ...]:
    """Columns from the first day to the last, of the shortest grain of which there are no more than `most`.

    `listed` are the touches of the list, the latest first.
    """
    for grain in _GRAINS:
        starts = list(_starts(grain, *days))
        if len(starts) - 1 <= most or grain == "year":
            break
    place = {lane: number for number, (lane, _) in enumerate(LANES)}
    counts = [[0] * len(LANES) for _ in starts[1:]]
    latest: list[Touch | None] = [None] * len(counts)
    for touch in touches:
        counts[_column(starts, touch)][place[touch.lane]] += 1
    for touch in reversed(listed):
        latest[_column(starts, touch)] = touch
    return tuple(
        Column(grain, first, starts[number + 1], tuple(counts[number]), latest[number])
        for number, first in enumerate(starts[:-1])
    )


def lanes_of(
    columns: Sequence[Column],
    deals: Sequence[Deal],
    hand_offs: Sequence[datetime],
    shown: Sequence[Touch],
    *,
    until: datetime,
    address: Callable[[Touch], str],
) -> Lanes:
    """The picture: columns as links, opportunities as bars, hand-offs as rules, and where the list stands.

    `shown` are the touches of the page of the list, the latest first; `until` is when the cycle ends, and
    `address` where a touch stands in the list.
    """
    begin, end = _midnight(columns[0].first), _midnight(columns[-1].end)

    def part(at: datetime) -> float:
        return min(max((at - begin) / (end - begin), 0.0), 1.0)

    return Lanes(
        show(columns[0].first),
        show(columns[-1].end - timedelta(days=1)),
        tuple(
            Step(
                part(_midnight(column.first)),
                part(_midnight(column.end)),
                column.about,
                address(column.latest) if column.latest else "",
            )
            for column in columns
        ),
        tuple(
            Lane(
                f"{name} ({sum(column.counts[number] for column in columns):,})",
                tuple(column.counts[number] for column in columns),
            )
            for number, (_, name) in enumerate(LANES)
        ),
        tuple(
            Bar(
                part(deal.created_at),
                part(deal.closed_at or until),
                f"{deal.name or deal.opportunity_id}, {deal.outcome}",
                deal.outcome,
            )
            for deal in deals
            if deal.created_at <= end and (deal.closed_at is None or deal.closed_at >= begin)
        ),
        tuple((part(at), f"handed off {show(at.date())}") for at in hand_offs if begin <= at <= end),
        (part(shown[-1].occurred_at), part(shown[0].occurred_at)) if shown else None,
    )


def _column(starts: Sequence[date], touch: Touch) -> int:
    """The number of the column that a touch lies in."""
    day = touch.occurred_at.date()
    return next(number for number, end in enumerate(starts[1:]) if day < end)


def _starts(grain: str, first: date, last: date) -> Iterator[date]:
    """The first day of each step, and the first after the last step."""
    day, following = _GRAINS[grain]
    step = day(first)
    while step <= last:
        yield step
        step = following(step)
    yield step


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


_GRAINS: dict[str, tuple[Callable[[date], date], Callable[[date], date]]] = {
    "week": (lambda d: d - timedelta(days=d.weekday()), lambda d: d + timedelta(days=7)),
    "month": (lambda d: d.replace(day=1), lambda d: (d + timedelta(days=31)).replace(day=1)),
    "quarter": (lambda d: quarter_of(d).starts_on, lambda d: quarter_of(d).ends_on),
    "year": (lambda d: date(d.year, 1, 1), lambda d: date(d.year + 1, 1, 1)),
}

"""Where a group stands, and when it was in and out of qualified, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from muster.reports.charts.group_shapes import Span, Strip
from muster.reports.values import counted, show
from muster.serving.figures.group.group import Group
from muster.serving.figures.group.rows import Rows


@dataclass(frozen=True, slots=True)
class Stretch:
    """A status from when to when; `to_at` is None while it lasts."""

    status: str
    from_at: datetime
    to_at: datetime | None
    reason: str | None
    ended_because: str | None


@dataclass(frozen=True, slots=True)
class Gate:
    """A stretch in which no policy could have handed the group over."""

    gate: str
    from_at: datetime
    to_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """Why a group is not with sales, what would change that, and what to offer meanwhile."""

    reason: str
    would_change: str | None
    next_content_id: str | None
    next_buying_job: str | None
    next_reason: str | None
    look_again_at: datetime | None


def statuses_of(rows: Rows) -> tuple[Stretch, ...]:
    """Its statuses, oldest first."""
    found = sorted(rows.own("qualification"), key=itemgetter("from_at"))
    return tuple(Stretch(**{name: row[name] for name in Stretch.__slots__}) for row in found)


def gates_of(rows: Rows) -> tuple[Gate, ...]:
    """When it could not be handed over under any policy, oldest first."""
    found = sorted(rows["gate"], key=itemgetter("from_at", "gate"))
    return tuple(Gate(**{name: row[name] for name in Gate.__slots__}) for row in found)


def next_step_of(rows: Rows) -> NextStep | None:
    """Why it is not with sales now; None where it is, or has ended."""
    for row in rows["nurture"]:
        return NextStep(**{name: row[name] for name in NextStep.__slots__})
    return None


def strip_of(
    group: Group,
    stretches: tuple[Stretch, ...],
    hand_offs: tuple[datetime, ...],
    *,
    as_of: datetime,
) -> Strip | None:
    """The statuses along time, hand-offs as rules; None where nothing is on record."""
    if not stretches:
        return None
    begin = min(group.opened_at, stretches[0].from_at)
    end = max(group.ends_at(as_of), stretches[-1].from_at)
    length = max((end - begin).total_seconds(), 1.0)

    def part(at: datetime | None) -> float:
        return 1.0 if at is None else min(max((at - begin).total_seconds() / length, 0.0), 1.0)

    return Strip(
        show(begin.date()),
        f"{show(end.date())}, now" if group.closed_at is None else show(end.date()),
        tuple(
            Span(
                part(s.from_at),
                part(s.to_at),
                s.status,
                f"{s.status} {show(s.from_at.date())} to {show(s.to_at.date()) if s.to_at else 'now'}: "
                f"{s.reason or 'no reason on record'}",
            )
            for s in stretches
        ),
        tuple(part(at) for at in hand_offs),
    )


def strip_told(stretches: tuple[Stretch, ...], hand_offs: tuple[datetime, ...]) -> str:
    """The strip in one sentence, for its caption."""
    times = sum(s.status == "qualified" for s in stretches)
    handed = counted(len(hand_offs), "hand-off") if hand_offs else "no hand-off"
    return f"{counted(times, 'time', 'times')} in qualified so far, {handed}."

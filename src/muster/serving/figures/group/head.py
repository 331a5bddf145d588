"""Whose group it is, where it stands, and when it was in and out of qualified, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from muster.reports.charts.group_shapes import Span, Strip
from muster.reports.published import Published
from muster.reports.values import counted, show

_GROUP = """
SELECT g.buying_group_id, g.account_id, COALESCE(a.name, a.domain, g.account_id) AS account, a.domain,
    a.industry, a.employee_count, a.country, a.region, a.owner_id, g.solution_id, g.business_unit, g.cycle,
    g.opened_at, g.closed_at, g.opening_reason, g.closing_reason, g.member_count, g.visitor_count
FROM buying_group AS g
LEFT JOIN account AS a ON a.account_id = g.account_id
WHERE g.buying_group_id = ?"""
_STATUSES = """
SELECT q.status, q.from_at, q.to_at, q.reason, q.ended_because FROM qualification AS q
WHERE q.buying_group_id = ? ORDER BY q.from_at"""
_GATES = """
SELECT w.gate, w.from_at, w.to_at, w.reason FROM gate AS w WHERE w.buying_group_id = ? ORDER BY w.from_at"""
_NURTURE = """
SELECT n.reason, n.would_change, n.points_missing, n.people_missing, n.roles_missing, n.next_content_id,
    n.next_buying_job, n.next_reason, n.look_again_at
FROM nurture AS n WHERE n.buying_group_id = ? AND n.to_at IS NULL"""


@dataclass(frozen=True, slots=True)
class Group:
    """A buying group, of an account the viewer may see."""

    buying_group_id: str
    account_id: str
    account: str
    domain: str | None
    industry: str | None
    employee_count: int | None
    country: str | None
    region: str | None
    owner_id: str | None
    solution_id: str
    business_unit: str | None
    cycle: int
    opened_at: datetime
    closed_at: datetime | None
    opening_reason: str
    closing_reason: str | None
    member_count: int
    visitor_count: int

    def ends_at(self, as_of: datetime) -> datetime:
        """When its cycle ended, or now."""
        return self.closed_at or as_of


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


def group_of(tables: Published, group_id: str) -> Group | None:
    """The group of an id; None where there is none, or it is somebody else's."""
    found = tables.records(_GROUP, [group_id])
    return Group(**found[0]) if found else None


def statuses_of(tables: Published, group_id: str) -> tuple[Stretch, ...]:
    """Its statuses, oldest first."""
    return tuple(Stretch(**row) for row in tables.records(_STATUSES, [group_id]))


def gates_of(tables: Published, group_id: str) -> tuple[Gate, ...]:
    """When it could not be handed over under any policy, oldest first."""
    return tuple(Gate(**row) for row in tables.records(_GATES, [group_id]))


def next_step_of(tables: Published, group_id: str) -> NextStep | None:
    """Why it is not with sales now; None where it is, or has ended."""
    for row in tables.records(_NURTURE, [group_id]):
        names = (
            "reason",
            "would_change",
            "next_content_id",
            "next_buying_job",
            "next_reason",
            "look_again_at",
        )
        return NextStep(**{name: row[name] for name in names})
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

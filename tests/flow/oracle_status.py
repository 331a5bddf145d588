"""When groups were qualified, the slow way: walk through the days of each, and keep a state.

Written from docs/measures/qualification.md and the rules. Where a day ends below the threshold that it
began above, the second of the crossing is found by halving.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatch
from math import floor
from typing import Any

from tests.flow.oracle_score import DAY, Evidence, evidence

from muster.testing import rows
from muster.workspace import Workspace

SECOND = timedelta(seconds=1)
Stretch = tuple[datetime, datetime | None]
Event = tuple[datetime, str]


@dataclass
class State:
    """Where a group stands: what last decided, until when it dwells, and the stretches so far."""

    stretches: list[Stretch]
    is_high: bool = False
    entered: datetime | None = None
    dwells_until: datetime = datetime.min
    fell: datetime | None = None

    def leave_if_due(self, now: datetime) -> None:
        """End a stretch that fell below the threshold, once it has dwelt long enough."""
        if self.entered and self.fell:
            leaves = max(self.fell, self.dwells_until)
            if leaves < now:
                self.stretches.append((self.entered, leaves))
                self.entered = self.fell = None

    def rise(self, now: datetime, dwell: timedelta) -> None:
        if not self.is_high:
            self.dwells_until = now + dwell
        self.is_high, self.fell, self.entered = True, None, self.entered or now

    def fall(self, now: datetime) -> None:
        self.is_high, self.fell = False, self.fell or now

    def hold(self) -> None:
        """Back between the thresholds: whoever fell there while dwelling does not leave for it."""
        self.fell = None

    def reject(self, now: datetime) -> None:
        if self.entered:
            self.stretches.append((self.entered, now))
        self.is_high, self.entered, self.fell = False, None, None


def stretches(group: Evidence, rejected: list[datetime], as_of: datetime) -> list[Stretch]:
    """When a group was qualified, by walking through its time."""
    policy, state, cool_until = group.policy, State([]), datetime.min
    end = group.closed_at or as_of + SECOND
    for at, kind in sorted(set(_events(group, rejected, end, as_of))):
        state.leave_if_due(at)
        if kind == "rejected":
            state.reject(at)
            cool_until = at + timedelta(days=policy.cool_down_days)
        elif at >= cool_until:
            high = floor(group.exact(at) * 100 + 0.5) / 100
            if high >= policy.enter_at and group.may_enter(at) and kind != "faded":
                state.rise(at, timedelta(days=policy.dwell_days))
            elif high < policy.leave_below or kind in {"faded", "cooled down"}:
                state.fall(at)
            else:
                state.hold()
    state.leave_if_due(datetime.max)
    if state.entered:
        state.stretches.append((state.entered, None))
    closed = group.closed_at or datetime.max
    ends = [(a, min(b or datetime.max, closed)) for a, b in state.stretches if a < closed]
    return [(a, b if b <= as_of else None) for a, b in ends]


def _events(group: Evidence, rejected: list[datetime], end: datetime, as_of: datetime) -> Iterator[Event]:
    """Everything that may decide: evidence, fading below the threshold, rejections, the end of cool-downs."""
    for number, at in enumerate(group.instants):
        yield at, "evidence"
        until = group.instants[number + 1] if number + 1 < len(group.instants) else end
        fell = _falls_below(group, at, until)
        if fell:
            yield fell, "faded"
    cool_until = datetime.min
    for at in rejected:
        yield at, "rejected"
        cool_until = max(cool_until, at + timedelta(days=group.policy.cool_down_days))
        later = [r for r in rejected if at < r <= cool_until]
        if not later and cool_until <= as_of and cool_until < end:
            yield cool_until, "cooled down"


def _falls_below(group: Evidence, start: datetime, end: datetime) -> datetime | None:
    """The first second in a stretch without news at which the score lies below `leave_below`."""

    def is_high(at: datetime) -> bool:
        return group.exact(at, known_by=start) >= group.policy.leave_below

    above = start
    while is_high(above) and above < end:
        below = min(above + DAY, end)
        if not is_high(below):
            while below - above > SECOND:
                middle = above + (below - above) / 2
                above, below = (middle, below) if is_high(middle) else (above, middle)
            return below if below < end else None
        above = below
    return None


def off_the_oracle(workspace: Workspace) -> list[dict[str, Any]]:
    """Groups whose qualified stretches differ from the walk's by more than a second."""
    as_of = datetime.fromisoformat(workspace.published.manifest["as_of"]).replace(tzinfo=None)
    said: dict[str, list[Stretch]] = {}
    for row in rows(workspace, "FROM qualification WHERE status = 'qualified' ORDER BY from_at"):
        said.setdefault(row["buying_group_id"], []).append((row["from_at"], row["to_at"]))
    rejected = rejections(workspace)
    off = []
    for key, group in evidence(workspace).items():
        walked = stretches(group, rejected.get(key, []), as_of)
        found = said.get(key, [])
        if len(walked) != len(found) or not all(map(near, walked, found)):
            off.append({"buying_group_id": key, "said": found, "walked": walked})
    return off


def near(one: Stretch, other: Stretch) -> bool:
    """Whether two stretches begin and end within a second of each other."""
    return all(
        (a is None) == (b is None) and (a is None or b is None or abs(a - b) <= SECOND)
        for a, b in zip(one, other, strict=True)
    )


def rejections(workspace: Workspace) -> dict[str, list[datetime]]:
    """When sales rejected each group: decisions, and members' leads disqualified for the group's reasons."""
    records = workspace.published.folder / "records"
    said = rows(
        workspace,
        f"""
        SELECT g.buying_group_id, make_timestamp(d.decided_at) AS rejected_at, NULL AS reason
        FROM read_parquet('{records / "decision.parquet"}') AS d
        JOIN buying_group AS g ON g.buying_group_id = d.subject_id[:17]
        WHERE d.kind = 'rejected'
        UNION ALL
        SELECT m.buying_group_id, make_timestamp(s.changed_at), COALESCE(s.reason, '')
        FROM read_parquet('{records / "lead_status_change.parquet"}') AS s
        JOIN person_alias AS a USING (person_record_id)
        JOIN member AS m ON m.person_id = a.person_id AND m.joined_at <= make_timestamp(s.changed_at)
        WHERE s.status = 'disqualified'
        """,
    )
    verdicts = [(str(row["reason"]).lower(), row["rejects_group"]) for row in workspace.rules["rejections"]]
    groups = {row["buying_group_id"]: row for row in rows(workspace, "FROM buying_group")}
    found: dict[str, set[datetime]] = {}
    for row in said:
        group, at, reason = groups[row["buying_group_id"]], row["rejected_at"], row["reason"]
        counts = reason is None or next(v for pattern, v in verdicts if fnmatch(reason.lower(), pattern))
        inside = group["opened_at"] <= at and (group["closed_at"] is None or at < group["closed_at"])
        if counts and inside and reason != "":
            found.setdefault(row["buying_group_id"], set()).add(at)
    return {key: sorted(instants) for key, instants in found.items()}

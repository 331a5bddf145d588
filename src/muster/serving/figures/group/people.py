"""Who is in a group: members by role, their last half year week by week, who is missing, who is anonymous."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter

from muster.reports.charts.group_shapes import Heat, HeatRow
from muster.reports.group_facts import ROLES
from muster.reports.values import counted, show, words
from muster.serving.figures.asking import Row, landed_instant
from muster.serving.figures.group.anonymous import Promotion, Visitor, promotions_of, visitors_of
from muster.serving.figures.group.rows import Rows

WEEKS = 26


@dataclass(frozen=True, slots=True)
class Member:
    """A known member; `weeks` are acts of the last 26 weeks, the oldest first."""

    person_id: str
    name: str
    email: str | None
    title: str | None
    function: str | None
    seniority: str | None
    has_left: bool
    role: str | None
    role_confidence: float | None
    role_reason: str | None
    other_roles: tuple[tuple[str, float], ...]
    joined_at: datetime | None
    last_engaged_at: datetime | None
    engagement_count: int
    confidence: float | None
    reason: str | None
    is_second_lead: bool
    consent: str
    may_contact: bool
    weeks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A known person of the account who would fit a role that nobody fills."""

    person_id: str
    name: str
    title: str | None
    probability: float
    reason: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A needed role that is missing: whom to look for, and who of the known might be it."""

    role: str
    needed: int
    missing: int
    look_for: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class People:
    """Everybody in the group, and who is not there yet."""

    members: tuple[Member, ...]
    gaps: tuple[Gap, ...]
    visitors: tuple[Visitor, ...]
    promotions: tuple[Promotion, ...]
    anonymous_weeks: tuple[int, ...]
    until: datetime

    @property
    def filled(self) -> int:
        """Needed seats minus those that are missing."""
        return sum(gap.needed - gap.missing for gap in self.gaps)


def people_of(rows: Rows, *, as_of: datetime, role_titles: Mapping[str, str]) -> People:
    """Members by the importance of their role, then the most engaged; what is missing; who is anonymous.

    `role_titles` says of each role what kind of person plays it, in words.
    """
    until = rows.group.ends_at(as_of)
    weeks, anonymous = _weeks(rows, until)
    chances: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for row in sorted(rows["role_chance"], key=lambda r: (-r["probability"], r["role"])):
        chances[row["person_id"]].append((words(row["role"]), float(row["probability"])))
    consent = _consent(rows, as_of)
    last: dict[str, Row] = {}  # who they were last at this account
    for row in sorted(rows["person"], key=itemgetter("valid_from")):
        last[row["person_id"]] = row
    members = [
        _member(row, last.get(row["person_id"], {}), weeks, chances, consent)
        for row in rows.own("member")
        if row["person_id"] is not None
    ]
    members.sort(key=lambda m: (*_importance(m.role), -m.engagement_count, m.person_id))
    return People(
        tuple(members),
        _gaps(rows, role_titles),
        visitors_of(rows),
        promotions_of(rows, {m.person_id: m.name for m in members}),
        anonymous,
        until,
    )


def heat_of(people: Sequence[Member], marks: Sequence[tuple[datetime, str]], until: datetime) -> Heat:
    """The last 26 weeks of members; `marks` are dated rules, such as a hand-off."""
    start = until - timedelta(weeks=WEEKS)
    placed = tuple(((at - start) / timedelta(weeks=WEEKS), word) for at, word in marks if start < at <= until)
    rows = tuple(HeatRow(m.name, m.weeks, weeks_told(m.weeks), m.is_second_lead) for m in people)
    return Heat(rows, placed, show(start.date()), show(until.date()))


def weeks_told(weeks: Sequence[int]) -> str:
    """Acts in words: how many, in how many weeks, and the last of them."""
    total = sum(weeks)
    if not total:
        return "no act in 26 weeks"
    back = next(i for i, acts in enumerate(reversed(weeks)) if acts)
    last = "in the last week" if back == 0 else f"last {counted(back, 'week')} ago"
    return f"{counted(total, 'act')} in {counted(sum(map(bool, weeks)), 'week')} of 26, {last}"


def _weeks(rows: Rows, until: datetime) -> tuple[dict[str, list[int]], tuple[int, ...]]:
    """Acts in the cycle of each person, and of all browsers together, week by week."""
    weeks: dict[str, list[int]] = defaultdict(lambda: [0] * WEEKS)
    anonymous = [0] * WEEKS
    done = {row["engagement_id"]: row["person_id"] for row in rows["group_engagement"]}
    since = until - timedelta(weeks=WEEKS)
    for row in rows["resolved_engagement"]:
        if row["engagement_id"] in done and row["is_act"] and since < row["occurred_at"] <= until:
            person = done[row["engagement_id"]]
            back = (until.date() - row["occurred_at"].date()).days // 7
            (weeks[person] if person else anonymous)[WEEKS - 1 - min(back, WEEKS - 1)] += 1
    return weeks, tuple(anonymous)


def _member(
    row: Row,
    person: Row,
    weeks: Mapping[str, list[int]],
    chances: Mapping[str, list[tuple[str, float]]],
    consent: Mapping[str, tuple[str, bool]],
) -> Member:
    key = row["person_id"]
    said, may = consent.get(key, ("nothing on record", True))
    role = words(row["role"]) if row["role"] else None
    return Member(
        person_id=key,
        name=person.get("name") or person.get("email") or "a known person without a name",
        email=person.get("email"),
        title=person.get("title"),
        function=person.get("function"),
        seniority=person.get("seniority"),
        has_left=person.get("valid_to") is not None,
        role=row["role"],
        role_confidence=row["role_confidence"],
        role_reason=row["role_reason"],
        other_roles=tuple((r, p) for r, p in chances.get(key, []) if r != role and p >= 0.05)[:3],
        joined_at=row["joined_at"],
        last_engaged_at=row["last_engaged_at"],
        engagement_count=int(row["engagement_count"] or 0),
        confidence=row["confidence"],
        reason=row["reason"],
        is_second_lead=bool(row["is_second_lead"]),
        consent=said,
        may_contact=may,
        weeks=tuple(weeks[key]) if key in weeks else (0,) * WEEKS,
    )


def _consent(rows: Rows, as_of: datetime) -> dict[str, tuple[str, bool]]:
    """Of each person what the records say of writing and calling; the strictest record counts."""
    told: dict[str, tuple[str, bool]] = {}
    by_record = {row["person_record_id"]: row for row in rows["record_person_record"]}
    records: dict[str, list[Row]] = defaultdict(list)
    for alias in sorted(rows["person_alias"], key=itemgetter("person_record_id")):
        if alias["person_record_id"] in by_record:
            records[alias["person_id"]].append(by_record[alias["person_record_id"]])
    for person, its in records.items():
        opted_out = {id(r): landed_instant(r["opted_out_at"]) for r in its}
        known = [r for r in its if (opted_out[id(r)] or as_of) <= as_of]
        no_mail = any(r["has_opted_out"] for r in known)
        no_calls = any(r["has_opted_out_of_calls"] for r in known)
        basis = next((str(r["legal_basis"]) for r in known if r["legal_basis"]), "")
        no = " and ".join(word for word, said in (("mail", no_mail), ("calls", no_calls)) if said)
        since = max((at for r in known if (at := opted_out[id(r)])), default=None)
        if no:
            told[person] = (f"wants no {no}" + (f", since {show(since.date())}" if since else ""), False)
        else:
            told[person] = (f"no objection{f'; {basis}' if basis else ''}", True)
    return told


def _gaps(rows: Rows, role_titles: Mapping[str, str]) -> tuple[Gap, ...]:
    """Needed roles that are missing; candidates are those who are at the account now."""
    now = {row["person_id"]: row for row in rows["person"] if row["valid_to"] is None}
    candidates: dict[str, list[Candidate]] = defaultdict(list)
    for row in sorted(rows["role_candidate"], key=itemgetter("role", "number")):
        if person := now.get(row["person_id"]):
            name = person["name"] or "a known person without a name"
            candidates[row["role"]].append(
                Candidate(row["person_id"], name, person["title"], float(row["probability"]), row["reason"])
            )
    gaps = [
        Gap(
            row["role"],
            int(row["needed"]),
            int(row["missing"]),
            role_titles.get(row["role"], ""),
            tuple(candidates[row["role"]]),
        )
        for row in rows["role_gap"]
        if row["needed"]
    ]
    return tuple(sorted(gaps, key=lambda gap: _importance(gap.role)))


def _importance(role: str | None) -> tuple[int, str]:
    return (ROLES.index(role) if role in ROLES else len(ROLES) + (role is None), role or "")

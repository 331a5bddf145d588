"""Who is in a group: members by role, their last half year week by week, who is missing, who is anonymous."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from muster.reports.charts.group_shapes import Heat, HeatRow
from muster.reports.group_facts import ROLES
from muster.reports.published import Published
from muster.reports.values import counted, show, words
from muster.serving.figures.group.head import Group

WEEKS = 26
CANDIDATES = 3

# The row of the person that says who they were last at this account; `valid_to` tells that they have left.
_MEMBERS = """
SELECT m.person_id, p.name, p.email, p.title, p.function, p.seniority, p.valid_to AS left_at, m.role,
    m.role_confidence, m.role_reason, m.joined_at, m.last_engaged_at, m.engagement_count, m.confidence,
    m.reason, m.is_second_lead
FROM member AS m
LEFT JOIN person AS p ON p.person_id = m.person_id AND p.account_id = $account
WHERE m.buying_group_id = $group AND m.person_id IS NOT NULL
QUALIFY ROW_NUMBER() OVER (PARTITION BY m.person_id ORDER BY p.valid_from DESC) = 1"""
_WEEKS = """
SELECT x.person_id, x.visitor_id, date_diff('day', e.occurred_at, $until) // 7 AS back, COUNT(*) AS acts
FROM group_engagement AS x
JOIN resolved_engagement AS e ON e.engagement_id = x.engagement_id
WHERE x.buying_group_id = $group AND e.account_id = $account AND e.is_act
    AND e.occurred_at > $since AND e.occurred_at <= $until
GROUP BY ALL"""
_GAPS = """
SELECT r.role, r.needed, r.engaged, r.missing FROM role_gap AS r WHERE r.buying_group_id = ?"""
_CANDIDATES = f"""
SELECT c.role, c.person_id, p.name, p.title, c.probability, c.reason
FROM role_candidate AS c
JOIN person AS p ON p.person_id = c.person_id AND p.account_id = $account AND p.valid_to IS NULL
WHERE c.buying_group_id = $group AND c.number <= {CANDIDATES} ORDER BY c.role, c.number"""
_CHANCES = """
SELECT c.person_id, c.role, c.probability FROM role_chance AS c
WHERE c.buying_group_id = ? ORDER BY c.person_id, c.probability DESC, c.role"""
_CONSENT = """
SELECT a.person_id, r.has_opted_out, r.has_opted_out_of_calls, make_timestamp(r.opted_out_at) AS opted_out_at,
    r.legal_basis
FROM person_alias AS a
JOIN record_person_record AS r ON r.person_record_id = a.person_record_id
WHERE a.person_id IN (SELECT m.person_id FROM member AS m WHERE m.buying_group_id = ?)
ORDER BY a.person_id, a.person_record_id"""
_VISITORS = """
SELECT m.visitor_id, m.joined_at, m.last_engaged_at, m.engagement_count,
    COUNT(*) FILTER (WHERE e.channel = 'web') AS pages,
    COUNT(*) FILTER (WHERE e.activity = 'pricing_viewed') AS pricing_pages,
    (SELECT arg_max(v.method, v.from_at) FROM visitor_match AS v
        WHERE v.visitor_id = m.visitor_id AND v.account_id = $account) AS method,
    (SELECT arg_max(v.confidence, v.from_at) FROM visitor_match AS v
        WHERE v.visitor_id = m.visitor_id AND v.account_id = $account) AS confidence
FROM member AS m
LEFT JOIN (SELECT * FROM group_engagement WHERE buying_group_id = $group AND person_id IS NULL) AS x
    ON x.visitor_id = m.visitor_id
LEFT JOIN (SELECT * FROM resolved_engagement WHERE account_id = $account) AS e
    ON e.engagement_id = x.engagement_id
WHERE m.buying_group_id = $group AND m.person_id IS NULL
GROUP BY ALL ORDER BY m.last_engaged_at DESC NULLS LAST, m.visitor_id"""
# Visitors of the account who turned out to be a member: what they had done while nobody knew.
_PROMOTED = """
SELECT v.visitor_id, v.person_id, v.method, v.confidence, v.from_at,
    COUNT(e.engagement_id) FILTER (WHERE e.occurred_at < v.from_at) AS acts_before,
    MIN(e.occurred_at) AS first_at
FROM visitor_match AS v
JOIN member AS m ON m.person_id = v.person_id AND m.buying_group_id = $group
LEFT JOIN resolved_engagement AS e ON e.visitor_id = v.visitor_id AND e.account_id = $account
WHERE v.account_id = $account AND v.method <> 'company_domain'
GROUP BY ALL ORDER BY v.from_at DESC, v.visitor_id, v.method"""
METHODS = {
    "identified_visit": "they said who they are",
    "mail_click": "opened from their own mail",
    "company_domain": "from the company's network",
    "shared_link": "by a colleague's link",
}


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
class Visitor:
    """A browser nobody has a name for yet."""

    visitor_id: str
    joined_at: datetime | None
    last_engaged_at: datetime | None
    engagement_count: int
    pages: int
    pricing_pages: int
    known_by: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Promotion:
    """An anonymous visitor who became known as a member."""

    visitor_id: str
    person_id: str
    name: str
    known_by: str
    from_at: datetime
    first_at: datetime | None
    acts_before: int


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


def people_of(
    tables: Published,
    group: Group,
    *,
    as_of: datetime,
    role_titles: Mapping[str, str],
) -> People:
    """Members by the importance of their role, then the most engaged; what is missing; who is anonymous.

    `role_titles` says of each role what kind of person plays it, in words.
    """
    ids = {"group": group.buying_group_id, "account": group.account_id}
    until = group.ends_at(as_of)
    weeks, anonymous = _weeks(tables, ids, until)
    chances: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for row in tables.records(_CHANCES, [group.buying_group_id]):
        chances[row["person_id"]].append((words(row["role"]), float(row["probability"])))
    consent = _consent(tables, group.buying_group_id, as_of)
    members = [_member(row, weeks, chances, consent) for row in tables.records(_MEMBERS, ids)]
    members.sort(key=lambda m: (*_importance(m.role), -m.engagement_count, m.person_id))
    names = {m.person_id: m.name for m in members}
    return People(
        tuple(members),
        _gaps(tables, ids, role_titles),
        tuple(_visitor(row) for row in tables.records(_VISITORS, ids)),
        tuple(_promotion(row, names) for row in tables.records(_PROMOTED, ids)),
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


def _weeks(
    tables: Published, ids: Mapping[str, str], until: datetime
) -> tuple[dict[str, list[int]], tuple[int, ...]]:
    weeks: dict[str, list[int]] = defaultdict(lambda: [0] * WEEKS)
    anonymous = [0] * WEEKS
    since = until - timedelta(weeks=WEEKS)
    for row in tables.records(_WEEKS, {**ids, "until": until, "since": since}):
        into = weeks[row["person_id"]] if row["person_id"] else anonymous
        into[WEEKS - 1 - min(int(row["back"]), WEEKS - 1)] += int(row["acts"])
    return weeks, tuple(anonymous)


def _member(
    row: dict[str, Any],
    weeks: Mapping[str, list[int]],
    chances: Mapping[str, list[tuple[str, float]]],
    consent: Mapping[str, tuple[str, bool]],
) -> Member:
    person = row["person_id"]
    said, may = consent.get(person, ("nothing on record", True))
    role = words(row["role"]) if row["role"] else None
    return Member(
        person_id=person,
        name=row["name"] or row["email"] or "a known person without a name",
        email=row["email"],
        title=row["title"],
        function=row["function"],
        seniority=row["seniority"],
        has_left=row["left_at"] is not None,
        role=row["role"],
        role_confidence=row["role_confidence"],
        role_reason=row["role_reason"],
        other_roles=tuple((r, p) for r, p in chances.get(person, []) if r != role and p >= 0.05)[:3],
        joined_at=row["joined_at"],
        last_engaged_at=row["last_engaged_at"],
        engagement_count=int(row["engagement_count"] or 0),
        confidence=row["confidence"],
        reason=row["reason"],
        is_second_lead=bool(row["is_second_lead"]),
        consent=said,
        may_contact=may,
        weeks=tuple(weeks[person]) if person in weeks else (0,) * WEEKS,
    )


def _consent(tables: Published, group_id: str, as_of: datetime) -> dict[str, tuple[str, bool]]:
    """Of each person what the records say of writing and calling; the strictest record counts."""
    told: dict[str, tuple[str, bool]] = {}
    if not tables.has_records:
        return told
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in tables.records(_CONSENT, [group_id]):
        rows[row["person_id"]].append(row)
    for person, records in rows.items():
        known = [r for r in records if r["opted_out_at"] is None or r["opted_out_at"] <= as_of]
        no_mail = any(r["has_opted_out"] for r in known)
        no_calls = any(r["has_opted_out_of_calls"] for r in known)
        basis = next((str(r["legal_basis"]) for r in known if r["legal_basis"]), "")
        no = " and ".join(word for word, said in (("mail", no_mail), ("calls", no_calls)) if said)
        since = max((r["opted_out_at"] for r in known if r["opted_out_at"]), default=None)
        if no:
            told[person] = (f"wants no {no}" + (f", since {show(since.date())}" if since else ""), False)
        else:
            told[person] = (f"no objection{f'; {basis}' if basis else ''}", True)
    return told


def _gaps(tables: Published, ids: dict[str, str], role_titles: Mapping[str, str]) -> tuple[Gap, ...]:
    candidates: dict[str, list[Candidate]] = defaultdict(list)
    for row in tables.records(_CANDIDATES, ids):
        name = row["name"] or "a known person without a name"
        candidates[row["role"]].append(
            Candidate(row["person_id"], name, row["title"], float(row["probability"]), row["reason"])
        )
    gaps = [
        Gap(
            row["role"],
            int(row["needed"]),
            int(row["missing"]),
            role_titles.get(row["role"], ""),
            tuple(candidates[row["role"]]),
        )
        for row in tables.records(_GAPS, [ids["group"]])
        if row["needed"]
    ]
    return tuple(sorted(gaps, key=lambda gap: _importance(gap.role)))


def _visitor(row: dict[str, Any]) -> Visitor:
    return Visitor(
        row["visitor_id"],
        row["joined_at"],
        row["last_engaged_at"],
        int(row["engagement_count"] or 0),
        int(row["pages"]),
        int(row["pricing_pages"]),
        METHODS.get(row["method"] or "", words(row["method"] or "how is not on record")),
        row["confidence"],
    )


def _promotion(row: dict[str, Any], names: Mapping[str, str]) -> Promotion:
    return Promotion(
        row["visitor_id"],
        row["person_id"],
        names.get(row["person_id"], "a member"),
        METHODS.get(row["method"], words(row["method"])),
        row["from_at"],
        row["first_at"],
        int(row["acts_before"]),
    )


def _importance(role: str | None) -> tuple[int, str]:
    return (ROLES.index(role) if role in ROLES else len(ROLES) + (role is None), role or "")

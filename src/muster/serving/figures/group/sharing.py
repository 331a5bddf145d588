"""Who passed what on to whom: proven by a link, or likely because the same content was opened next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from muster.reports.charts.group_shapes import Arrow, Sharing
from muster.reports.values import show, words
from muster.serving.figures.asking import latest_first
from muster.serving.figures.group.people import Member
from muster.serving.figures.group.rows import Rows, names_of

MOST = 14  # people in the picture; the table has everybody
BEFORE = timedelta(days=182)
SENIORITIES = ("c_level", "vp", "director", "manager", "individual", "unknown")
UNKNOWN = "somebody unknown"

GRADES = {"tracked_link": "proven by a tracked link", "same_content": "likely: the same content, opened next"}


@dataclass(frozen=True, slots=True)
class Shared:
    """Something passed on, from one to another."""

    from_person_id: str | None
    from_name: str
    to_person_id: str
    to_name: str
    content: str
    shared_at: datetime
    read_at: datetime
    is_upward: bool
    confidence: float
    is_proven: bool
    grade: str


def shares_of(rows: Rows, members: Sequence[Member], *, as_of: datetime) -> tuple[Shared, ...]:
    """What was passed on to members around the cycle, the latest first."""
    group = rows.group
    since, until = group.opened_at - BEFORE, group.ends_at(as_of)
    known = {m.person_id: m.name for m in members}
    proven = [{**row, "shared_at": row["shared_at"] or row["read_at"]} for row in rows["share"]]
    likely = [
        {**row, "shared_at": row["first_at"]}
        for row in rows["likely_share"]
        if row["solution_id"] == group.solution_id and row["from_person_id"] in known
    ]
    found = [
        row
        for row in (*proven, *likely)
        if row["to_person_id"] in known and since <= row["read_at"] <= until and row["known_at"] <= as_of
    ]
    names = names_of(rows["person"]) | known
    return tuple(
        Shared(
            row["from_person_id"],
            names.get(row["from_person_id"] or "") or UNKNOWN,
            row["to_person_id"],
            names.get(row["to_person_id"]) or UNKNOWN,
            row["content_id"] or "content not on record",
            row["shared_at"],
            row["read_at"],
            bool(row["is_upward"]),
            float(row["confidence"] or 0),
            row["method"] == "tracked_link",
            GRADES.get(row["method"], words(row["method"])),
        )
        for row in latest_first(found, "read_at", "to_person_id", "content_id", "method")
    )


def graph_of(shares: Sequence[Shared], members: Sequence[Member]) -> Sharing | None:
    """The picture: people by seniority from the top, time to the right, an arrow for each share."""
    if not shares:
        return None
    weight: Counter[str] = Counter()
    names: dict[str, str] = {}
    for share in shares:
        for key, name in (
            (share.from_person_id or UNKNOWN, share.from_name),
            (share.to_person_id, share.to_name),
        ):
            weight[key] += 1
            names[key] = name
    seniority = {m.person_id: m.seniority or "unknown" for m in members}
    shown = sorted(weight, key=lambda key: (-weight[key], key))[:MOST]
    shown.sort(key=lambda key: (key == UNKNOWN, _height(seniority.get(key)), names[key], key))
    place = {key: row for row, key in enumerate(shown)}
    drawn = [s for s in shares if (s.from_person_id or UNKNOWN) in place and s.to_person_id in place]
    if not drawn:
        return None
    begin = min(min(s.shared_at, s.read_at) for s in drawn)
    end = max(max(s.shared_at, s.read_at) for s in drawn)
    length = max((end - begin).total_seconds(), 86_400.0)

    def part(at: datetime) -> float:
        return (at - begin).total_seconds() / length

    people = tuple(
        (names[key], words(seniority.get(key, "unknown")) if key != UNKNOWN else "") for key in shown
    )
    arrows = tuple(
        Arrow(
            part(s.shared_at),
            place[s.from_person_id or UNKNOWN],
            part(s.read_at),
            place[s.to_person_id],
            s.is_proven,
            s.confidence,
            f"{s.from_name} to {s.to_name}: {s.content}, read {show(s.read_at.date())}, {s.grade}",
        )
        for s in reversed(drawn)
    )
    return Sharing(show(begin.date()), show(end.date()), people, arrows)


def _height(seniority: str | None) -> int:
    return SENIORITIES.index(seniority) if seniority in SENIORITIES else len(SENIORITIES)

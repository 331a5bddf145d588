"""Everything that happened around a group: what its people did, what browsers did, what we sent and said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from muster.reports.values import counted, words
from muster.serving.figures.asking import Row, latest_first
from muster.serving.figures.group.rows import Rows, names_of

PAGE = 50
BEFORE = timedelta(days=90)  # of our outreach, before the group was there
LANES = (("known", "Known people"), ("anonymous", "Anonymous visitors"), ("ours", "Our outreach"))


@dataclass(frozen=True, slots=True)
class Touch:
    """One thing that happened, in one of the three lanes."""

    touch_id: str
    occurred_at: datetime
    lane: str
    person_id: str | None
    visitor_id: str | None
    who: str
    what: str
    channel: str
    about: str


def touches_of(rows: Rows, *, as_of: datetime) -> tuple[Touch, ...]:
    """All touches of the cycle, the latest first: what its people and browsers did, what we sent and said."""
    members = {row["person_id"] for row in rows.own("member")} - {None}
    names = names_of(row for row in rows["person"] if row["person_id"] in members)
    tactics = {row["tactic_id"]: row["name"] for row in rows["known_tactic"]}
    touches = [*_acts(rows, members, as_of), *_calls(rows, as_of)]
    return tuple(
        Touch(
            row["touch_id"],
            row["occurred_at"],
            row["lane"],
            row["person_id"],
            row["visitor_id"],
            names.get(row["person_id"])
            or ("a known person" if row["person_id"] else f"visitor {str(row['visitor_id'])[:8]}"),
            words(row["activity"] or ""),
            words(row["channel"] or ""),
            ", ".join(
                part
                for part in (row["content_id"], tactics.get(row["tactic_id"]) or row["tactic_id"])
                if part
            ),
        )
        for row in latest_first(touches, "occurred_at", "touch_id")
    )


def _acts(rows: Rows, members: set[str], as_of: datetime) -> Iterator[Row]:
    """What was done in the cycle, and what we sent its members meanwhile about it."""
    group = rows.group
    since, until = group.opened_at - BEFORE, group.ends_at(as_of)
    done = {row["engagement_id"] for row in rows["group_engagement"]}
    for row in rows["resolved_engagement"]:
        if row["engagement_id"] in done:
            lane = "anonymous" if row["person_id"] is None else "known"
        elif (
            not row["is_act"]
            and row["channel"] != "web"
            and since <= row["occurred_at"] <= until
            and row["solution_id"] in (group.solution_id, None)
            and row["person_id"] in members
        ):
            lane = "ours"
        else:
            continue
        yield {**row, "touch_id": row["engagement_id"], "lane": lane}


def _calls(rows: Rows, as_of: datetime) -> Iterator[Row]:
    """What sellers said to its members, and they to sellers."""
    group = rows.group
    since, until = group.opened_at - BEFORE, group.ends_at(as_of)
    persons = {row["person_record_id"]: row["person_id"] for row in rows["person_alias"]}
    for row in rows["record_sales_activity"]:
        at = datetime(1970, 1, 1) + timedelta(microseconds=row["occurred_at"])
        if since <= at <= until:
            yield {
                "touch_id": f"call-{row['activity_id']}",
                "occurred_at": at,
                "lane": "ours",
                "person_id": persons[row["person_record_id"]],
                "visitor_id": None,
                "activity": row["kind"],
                "channel": "sales, from them" if row["direction"] == "in" else "sales",
                "content_id": row["subject"],
                "tactic_id": None,
            }


def chosen(touches: Sequence[Touch], *, person: str, channel: str, lane: str) -> tuple[Touch, ...]:
    """Those of one person (or visitor), channel or lane; an empty filter lets all through."""
    return tuple(
        t
        for t in touches
        if (not person or person in (t.person_id, t.visitor_id))
        and (not channel or t.channel == channel)
        and (not lane or t.lane == lane)
    )


def lanes_told(touches: Sequence[Touch]) -> str:
    """How many touches, and in which lane, in words."""
    known, anonymous, ours = (sum(t.lane == key for t in touches) for key, _ in LANES)
    all_told = counted(len(touches), "touch", "touches")
    return f"{all_told}: {known:,} by known people, {anonymous:,} anonymous, {ours:,} ours"

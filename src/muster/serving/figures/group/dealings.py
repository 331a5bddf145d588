"""What became of a group: hand-offs and answers, opportunities, the account's other groups, second leads."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from muster.serving.figures.asking import latest_first
from muster.serving.figures.group.rows import Rows

# What a process of single leads did with a second one (docs/measures/second-leads.md).
FATES = {
    "attached": "The MQL process passed them as a lead of their own; they were named on the opportunity.",
    "dropped_duplicate": "The MQL process dropped them as a duplicate: sales never heard that a further "
    "person takes part.",
    "misfiled": "The MQL process put them on an opportunity for another solution.",
    "other_solution": "The account was worked for another solution; the MQL process had no place for this.",
    "left_alone": "The MQL process made them a lead and nothing was done with it.",
}
NO_MQL = "The MQL process has no record of them: by it, sales would not have heard of them."


@dataclass(frozen=True, slots=True)
class Answer:
    """What sales said or did."""

    hand_off_id: str
    outcome: str
    reason: str | None
    answered_at: datetime
    hours_to_first_action: float | None


@dataclass(frozen=True, slots=True)
class News:
    """What sales was told after the hand-off."""

    hand_off_id: str
    told_at: datetime
    kind: str
    sentence: str


@dataclass(frozen=True, slots=True)
class HandOff:
    """One hand-off, with the answers and the news that followed; `is_replayed`: nobody was told.

    `handed_to_id` is the seller it went to, `owner_id` who has it as of the run.
    """

    hand_off_id: str
    handed_at: datetime
    handed_to_id: str | None
    owner_id: str | None
    sentence: str
    member_count: int
    visitor_count: int
    score: float | None
    is_replayed: bool
    answers: tuple[Answer, ...]
    news: tuple[News, ...]


@dataclass(frozen=True, slots=True)
class Deal:
    """An opportunity of the group."""

    opportunity_id: str
    name: str | None
    type: str | None
    stage: str | None
    amount_cents: int | None  # None where no amount is known
    currency: str | None
    created_at: datetime
    closed_at: datetime | None
    outcome: str  # open, won or lost
    p_win: float | None
    expected_cents: int | None


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another group of the same account: another solution, unit or cycle."""

    buying_group_id: str
    solution_id: str
    business_unit: str | None
    cycle: int
    opened_at: datetime
    closed_at: datetime | None
    closing_reason: str | None
    member_count: int
    visitor_count: int
    status: str | None
    score: float | None
    shared_people: int


@dataclass(frozen=True, slots=True)
class SecondLead:
    """A further person, and what the process of single leads did with them."""

    person_id: str
    person_record_id: str | None
    led_at: datetime | None
    fate: str
    told: str
    opportunity_id: str | None
    amount_cents: int | None
    currency: str | None


def hand_offs_of(rows: Rows) -> tuple[HandOff, ...]:
    """Its hand-offs, the latest first."""
    answers: dict[str, list[Answer]] = defaultdict(list)
    for row in latest_first(rows["disposition"], "at", "outcome"):
        hours = row["hours_to_first_action"]
        answers[row["hand_off_id"]].append(
            Answer(row["hand_off_id"], row["outcome"], row["reason"], row["at"], hours)
        )
    news: dict[str, list[News]] = defaultdict(list)
    for row in latest_first(rows["hand_off_update"], "at", "kind", "sentence"):
        news[row["hand_off_id"]].append(News(row["hand_off_id"], row["at"], row["kind"], row["sentence"]))
    found = sorted(rows["hand_off"], key=itemgetter("at", "hand_off_id"), reverse=True)
    plain = ("handed_to_id", "owner_id", "sentence", "member_count", "visitor_count", "is_replayed")
    return tuple(
        HandOff(
            hand_off_id=row["hand_off_id"],
            handed_at=row["at"],
            **{name: row[name] for name in plain},
            score=None if row["score"] is None else float(row["score"]),
            answers=tuple(answers[row["hand_off_id"]]),
            news=tuple(news[row["hand_off_id"]]),
        )
        for row in found
    )


def deals_of(rows: Rows) -> tuple[Deal, ...]:
    """Its opportunities, the latest first."""
    forecast = {row["opportunity_id"]: row for row in rows["deal_forecast"]}
    nothing = {"p_win": None, "expected_cents": None}
    return tuple(
        Deal(
            row["opportunity_id"],
            row["name"],
            row["type"],
            row["stage"],
            None if row["is_amount_missing"] else row["amount_cents"],
            row["currency"],
            row["created_at"],
            row["closed_at"],
            "open" if not row["is_closed"] else "won" if row["is_won"] else "lost",
            **{name: forecast.get(row["opportunity_id"], nothing)[name] for name in nothing},
        )
        for row in latest_first(rows["known_opportunity"], "created_at", "opportunity_id")
    )


def siblings_of(rows: Rows) -> tuple[Sibling, ...]:
    """The account's other groups, open ones first."""
    own = rows.group.buying_group_id
    status: dict[str, str] = {}
    for row in sorted(rows["qualification"], key=itemgetter("from_at")):
        status[row["buying_group_id"]] = row["status"]
    score: dict[str, float] = {}
    for row in sorted(rows["score"], key=itemgetter("scored_at")):
        score[row["buying_group_id"]] = float(row["score"])
    people: dict[str, set[str]] = defaultdict(set)
    for row in rows["member"]:
        people[row["buying_group_id"]].add(row["person_id"])
    others = [row for row in rows["buying_group"] if row["buying_group_id"] != own]
    others = latest_first(others, "opened_at", "buying_group_id")
    others.sort(key=lambda row: row["closed_at"] is not None)
    told = [name for name in Sibling.__slots__ if name not in ("status", "score", "shared_people")]
    return tuple(
        Sibling(
            **{name: row[name] for name in told},
            status=status.get(row["buying_group_id"]),
            score=score.get(row["buying_group_id"]),
            shared_people=len((people[own] & people[row["buying_group_id"]]) - {None}),
        )
        for row in others
    )


def second_leads_of(rows: Rows, marked: dict[str, datetime | None]) -> tuple[SecondLead, ...]:
    """Further people of the group; `marked` are the members who joined once sales had it, and when."""
    found = [
        SecondLead(
            row["person_id"],
            row["person_record_id"],
            row["at"],
            row["fate"],
            FATES.get(str(row["fate"]), str(row["fate"])),
            row["opportunity_id"],
            row["amount_cents"],
            row["currency"],
        )
        for row in latest_first(rows["second_lead"], "at", "person_record_id")
    ]
    there = {lead.person_id for lead in found}
    found += [
        SecondLead(person, None, at, "no_mql", NO_MQL, None, None, None)
        for person, at in marked.items()
        if person not in there
    ]
    return tuple(sorted(found, key=lambda lead: (lead.led_at is None, lead.led_at), reverse=True))

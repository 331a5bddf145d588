"""What became of a group: hand-offs and answers, opportunities, the account's other groups, second leads."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from muster.reports.published import Published
from muster.serving.figures.group.head import Group

_HAND_OFFS = """
SELECT h.hand_off_id, h.at AS handed_at, h.handed_to_id, h.owner_id, h.sentence, h.member_count,
    h.visitor_count, h.score, h.is_replayed
FROM hand_off AS h WHERE h.buying_group_id = ? ORDER BY h.at DESC, h.hand_off_id DESC"""
_ANSWERS = """
SELECT d.hand_off_id, d.outcome, d.reason, d.at AS answered_at, d.hours_to_first_action
FROM disposition AS d JOIN hand_off AS h ON h.hand_off_id = d.hand_off_id
WHERE h.buying_group_id = ? ORDER BY d.at DESC, d.outcome"""
_NEWS = """
SELECT u.hand_off_id, u.at AS told_at, u.kind, u.sentence
FROM hand_off_update AS u JOIN hand_off AS h ON h.hand_off_id = u.hand_off_id
WHERE h.buying_group_id = ? ORDER BY u.at DESC, u.kind, u.sentence"""
_DEALS = """
SELECT o.opportunity_id, o.name, o.type, o.stage, o.amount_cents, o.is_amount_missing, o.currency,
    o.created_at, o.closed_at, o.is_closed, o.is_won, f.p_win, f.expected_cents
FROM opportunity_group AS x
JOIN known_opportunity AS o ON o.opportunity_id = x.opportunity_id
LEFT JOIN deal_forecast AS f ON f.opportunity_id = o.opportunity_id
WHERE x.buying_group_id = ? ORDER BY o.created_at DESC, o.opportunity_id"""
_SIBLINGS = """
SELECT g.buying_group_id, g.solution_id, g.business_unit, g.cycle, g.opened_at, g.closed_at, g.closing_reason,
    g.member_count, g.visitor_count,
    (SELECT arg_max(q.status, q.from_at) FROM qualification AS q
        WHERE q.buying_group_id = g.buying_group_id) AS status,
    (SELECT arg_max(s.score, s.scored_at) FROM score AS s
        WHERE s.buying_group_id = g.buying_group_id) AS score,
    (SELECT COUNT(*) FROM member AS m
        JOIN member AS n ON n.person_id = m.person_id AND n.buying_group_id = $group
        WHERE m.buying_group_id = g.buying_group_id) AS shared_people
FROM buying_group AS g
WHERE g.account_id = $account AND g.buying_group_id <> $group
ORDER BY CASE WHEN g.closed_at IS NULL THEN 0 ELSE 1 END, g.opened_at DESC, g.buying_group_id"""
_SECOND = """
SELECT l.person_id, l.person_record_id, l.at AS led_at, l.fate, l.opportunity_id, l.amount_cents, l.currency
FROM second_lead AS l WHERE l.buying_group_id = ? ORDER BY l.at DESC, l.person_record_id"""

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


def hand_offs_of(tables: Published, group_id: str) -> tuple[HandOff, ...]:
    """Its hand-offs, the latest first."""
    rows = tables.records(_HAND_OFFS, [group_id])
    if not rows:
        return ()
    answers: dict[str, list[Answer]] = defaultdict(list)
    for row in tables.records(_ANSWERS, [group_id]):
        answers[row["hand_off_id"]].append(Answer(**row))
    news: dict[str, list[News]] = defaultdict(list)
    for row in tables.records(_NEWS, [group_id]):
        news[row["hand_off_id"]].append(News(**row))
    return tuple(
        HandOff(
            **{**row, "score": None if row["score"] is None else float(row["score"])},
            answers=tuple(answers[row["hand_off_id"]]),
            news=tuple(news[row["hand_off_id"]]),
        )
        for row in rows
    )


def deals_of(tables: Published, group_id: str) -> tuple[Deal, ...]:
    """Its opportunities, the latest first."""
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
            row["p_win"],
            row["expected_cents"],
        )
        for row in tables.records(_DEALS, [group_id])
    )


def siblings_of(tables: Published, group: Group) -> tuple[Sibling, ...]:
    """The account's other groups, open ones first."""
    rows = tables.records(_SIBLINGS, {"group": group.buying_group_id, "account": group.account_id})
    return tuple(
        Sibling(**{**row, "score": None if row["score"] is None else float(row["score"])}) for row in rows
    )


def second_leads_of(
    tables: Published, group_id: str, marked: dict[str, datetime | None]
) -> tuple[SecondLead, ...]:
    """Further people of the group; `marked` are the members who joined once sales had it, and when."""
    found = [
        SecondLead(**row, told=FATES.get(row["fate"], row["fate"]))
        for row in tables.records(_SECOND, [group_id])
    ]
    there = {lead.person_id for lead in found}
    found += [
        SecondLead(person, None, at, "no_mql", NO_MQL, None, None, None)
        for person, at in marked.items()
        if person not in there
    ]
    return tuple(sorted(found, key=lambda lead: (lead.led_at is None, lead.led_at), reverse=True))

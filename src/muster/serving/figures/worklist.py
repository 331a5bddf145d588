"""The groups that sales holds or is about to get: why now, who is there, what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.access.seen import Seen
from muster.reports.group_facts import Facts, facts_of
from muster.reports.why import why_of
from muster.rules.read import Rules, in_force

TABS = (
    *(("act", "To act"), ("accepted", "Accepted"), ("waiting", "Waiting"), ("returned", "Returned")),
    ("lapsed", "Left unanswered"),
)
TAB_OF = {
    "accepted": "accepted",
    "worked": "accepted",
    "opportunity": "accepted",
    "rejected": "returned",
    "recycled": "returned",
    "nurture": "returned",
}

# What the board shows under warming, of all rows that are seen.
_WARMING = """
SELECT COUNT(*) AS n FROM board_move AS m
WHERE m.state = 'warming' AND m.moved_at < $as_of AND (m.until_at IS NULL OR m.until_at >= $as_of)"""

# Open groups with their latest hand-off and what became of it; qualified ones without wait for a place.
_GROUPS = """
WITH handed AS (
    SELECT h.* FROM hand_off AS h
    QUALIFY ROW_NUMBER() OVER (PARTITION BY h.buying_group_id ORDER BY h.at DESC, h.hand_off_id DESC) = 1),
answer AS (
    SELECT d.hand_off_id, d.outcome, d.reason, d.at AS answered_at FROM disposition AS d
    QUALIFY ROW_NUMBER() OVER (PARTITION BY d.hand_off_id ORDER BY d.at DESC, d.outcome) = 1)
SELECT g.buying_group_id, g.account_id, COALESCE(a.name, a.domain, g.account_id) AS account, g.solution_id,
    g.business_unit, a.region, a.country, st.status, st.from_at, st.reason AS status_reason, h.hand_off_id,
    h.at AS handed_at, h.is_replayed, COALESCE(h.owner_id, a.owner_id) AS owner_id, h.sentence, d.outcome,
    d.reason AS outcome_reason, d.answered_at, l.score, l.scored_at, l.p_open,
    l.p_win, l.expected_amount_cents, g.member_count, g.visitor_count, o.stage, o.amount_cents AS deal_cents,
    o.currency AS deal_currency
FROM buying_group AS g
LEFT JOIN account AS a ON a.account_id = g.account_id
LEFT JOIN qualification AS st ON st.buying_group_id = g.buying_group_id AND st.to_at IS NULL
LEFT JOIN handed AS h ON h.buying_group_id = g.buying_group_id
LEFT JOIN answer AS d ON d.hand_off_id = h.hand_off_id
LEFT JOIN latest_score AS l ON l.buying_group_id = g.buying_group_id
LEFT JOIN known_opportunity AS o ON o.opportunity_id = g.opportunity_id AND NOT o.is_closed
WHERE g.closed_at IS NULL AND (h.hand_off_id IS NOT NULL OR st.status = 'qualified')"""


@dataclass(frozen=True, slots=True)
class Item:
    """One group of the list."""

    buying_group_id: str
    hand_off_id: str | None
    account_id: str
    account: str
    solution: str
    region: str | None
    country: str | None
    status: str
    since: datetime | None
    status_reason: str | None
    tab: str
    handed_at: datetime | None
    is_replayed: bool  # the policy would have handed it over then; nobody was told
    days_waiting: int | None  # since the hand-off, where somebody was told and nobody answered
    is_late: bool  # waits longer than agreed
    owner_id: str | None
    sentence: str
    outcome: str | None
    outcome_reason: str | None
    score: float | None
    p_open: float | None
    p_win: float | None
    expected_cents: int | None
    members: int
    visitors: int
    stage: str | None
    deal_cents: int | None
    deal_currency: str | None
    seen: str = ""  # the last decision about the hand-off that its row tells of
    pending: tuple[str, ...] = ()  # what people decided since the run
    notes: tuple[str, ...] = ()
    undoes: str = ""  # the pending decision that can be taken back from the row


@dataclass(frozen=True, slots=True)
class Told:
    """What stands beside a group on the page that shows it: facts, reasons, who to call first."""

    facts: Facts | None
    why_now: tuple[str, ...]
    against: str
    not_seen: tuple[str, ...]
    call_first: str
    next_step: str


def items(tables: Seen, *, as_of: datetime, agreed_hours: float) -> list[Item]:
    """Every group that is somebody's to act on, most worth acting on first.

    To act on: handed to sales, still qualified, not answered. One that left qualified before anybody
    answered is told apart: there is nothing to take up, and something to learn.

    Those that wait longer than the agreed hours come before all others; then by chance times amount.
    """
    found = [_item(row, as_of, agreed_hours) for row in tables.records(_GROUPS)]
    return sorted(found, key=lambda item: (not item.is_late, -_worth(item), item.buying_group_id))


def warming(tables: Seen, as_of: datetime) -> int:
    """How many groups stand under warming on the board: engaged, not with sales, no deal opened."""
    [row] = tables.records(_WARMING, {"as_of": as_of})
    return int(row["n"])


def best_of_none(tables: Seen) -> float | None:
    """The highest score so far where no group has ever qualified; None where one has or none is scored."""
    if tables.records("SELECT 1 AS one FROM qualification AS q WHERE q.status = 'qualified' LIMIT 1"):
        return None  # most companies: the scores of all weeks need not be read
    [row] = tables.records("SELECT MAX(s.score) AS best FROM score AS s")
    best: float | None = row["best"]
    return best


def agreed_hours(rules: Rules, as_of: datetime) -> float:
    """Within how many hours sales agreed to act on a hand-off (rules/control.csv)."""
    at = int((as_of.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds()) * 1_000_000
    said = [row["value"] for row in in_force(rules["control"], at) if row["name"] == "follow_up_hours"]
    return float(str(said[-1])) if said else 48.0


def told_of(tables: Seen, shown: list[Item], *, as_of: datetime) -> dict[str, Told]:
    """What stands beside each group of one page."""
    if not shown:
        return {}
    ids = [item.buying_group_id for item in shown]
    marks = ", ".join("?" for _ in ids)
    moments = [
        (row["buying_group_id"], row["scored_at"])
        for row in tables.records(
            f"SELECT buying_group_id, scored_at FROM latest_score WHERE buying_group_id IN ({marks}) "
            "ORDER BY buying_group_id",
            ids,
        )
    ]
    facts = facts_of(tables, moments, as_of=as_of)
    said = {group: why for (group, _), why in why_of(tables, moments).items()}
    first = _call_first(tables, ids)
    told = {}
    for group in ids:
        about, why = facts.get(group), said.get(group)
        step = about.next_step if about else ""
        told[group] = Told(
            about,
            why.speaks_for if why and why.speaks_for else about.why_now if about else (),
            why.against if why else "",
            why.not_seen if why else (),
            first.get(group, ""),
            step[:1].upper() + step[1:],
        )
    return told


def _call_first(tables: Seen, ids: list[str]) -> dict[str, str]:
    """Of each group the reachable member who did something last, named with title."""
    marks = ", ".join("?" for _ in ids)
    rows = tables.records(
        f"""SELECT m.buying_group_id, p.name, p.title, m.role FROM member AS m
        JOIN buying_group AS g ON g.buying_group_id = m.buying_group_id
        JOIN person AS p
            ON p.person_id = m.person_id AND p.account_id = g.account_id AND p.valid_to IS NULL
        WHERE m.buying_group_id IN ({marks})
        QUALIFY ROW_NUMBER() OVER (
            PARTITION BY m.buying_group_id ORDER BY m.last_engaged_at DESC NULLS LAST, m.person_id) = 1""",
        ids,
    )
    return {r["buying_group_id"]: ", ".join(p for p in (r["name"], r["title"]) if p) for r in rows}


def tab_of(outcome: str | None, status: str, *, is_handed: bool) -> str:
    """The list that a group stands in, by sales' last answer and where the group stands."""
    if not is_handed:
        return "waiting"
    return TAB_OF.get(outcome or "", "act" if status == "qualified" else "lapsed")


def _item(row: dict[str, Any], as_of: datetime, agreed_hours: float) -> Item:
    tab = tab_of(row["outcome"], row["status"] or "", is_handed=row["hand_off_id"] is not None)
    hours = None
    if tab == "act" and not row["is_replayed"]:
        hours = (as_of - row["handed_at"]).total_seconds() / 3600
    return Item(
        buying_group_id=row["buying_group_id"],
        hand_off_id=row["hand_off_id"],
        account_id=row["account_id"],
        account=row["account"],
        solution=row["solution_id"],
        region=row["region"],
        country=row["country"],
        status=row["status"] or "nurture",
        since=row["from_at"],
        status_reason=row["status_reason"],
        tab=tab,
        handed_at=row["handed_at"],
        is_replayed=bool(row["is_replayed"]),
        days_waiting=None if hours is None else int(hours // 24),
        is_late=hours is not None and hours > agreed_hours,
        owner_id=row["owner_id"],
        sentence=row["sentence"] or "",
        outcome=row["outcome"],
        outcome_reason=row["outcome_reason"],
        score=None if row["score"] is None else float(row["score"]),
        p_open=row["p_open"],
        p_win=row["p_win"],
        expected_cents=row["expected_amount_cents"],
        members=int(row["member_count"] or 0),
        visitors=int(row["visitor_count"] or 0),
        stage=row["stage"],
        deal_cents=row["deal_cents"],
        deal_currency=row["deal_currency"],
    )


def _worth(item: Item) -> float:
    """What acting now may be worth: expected dollars where known, else the score stands in far below."""
    if item.expected_cents is not None:
        return float(item.expected_cents)
    return (item.score or 0.0) / 100

"""Boards against a plain loop over the published tables: each card, each step, in weeks now and long past."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from muster.access.seen import Seen
from muster.access.viewer import EVERYTHING, Viewer
from muster.serving.figures import account_board, group_board
from muster.serving.figures.board import STRENGTH, Card, Week
from muster.serving.figures.board_cards import Cards, first_of_each, flows, listed, movers, standing

_STATES = {"engaged": "warming", "qualified": "qualified"}
Told = dict[str, Any]


@pytest.fixture(scope="module")
def tables(bundled: Path) -> Path:
    return bundled / ".muster" / "tables"


@pytest.fixture(scope="module", params=["everybody", "a rep"])
def viewer(request: pytest.FixtureRequest, tables: Path) -> Viewer:
    if request.param == "everybody":
        return EVERYTHING
    with Seen(tables, EVERYTHING) as seen:
        [row] = seen.records("SELECT mode(a.owner_id) AS owner_id FROM account AS a")
    return Viewer(7, "Rep", "rep@example.com", "rep", frozenset({row["owner_id"]}))


@pytest.fixture(scope="module")
def seen(tables: Path, viewer: Viewer) -> dict[str, list[Told]]:
    names = (
        *("account", "buying_group", "customer", "disposition", "hand_off", "known_opportunity"),
        *("opportunity_group", "qualification", "score"),
    )
    with Seen(tables, viewer) as read:
        return {name: read.records(f"SELECT * FROM {name} AS t") for name in names}


@pytest.fixture(scope="module")
def as_of(tables: Path) -> datetime:
    with Seen(tables, EVERYTHING) as read:
        [row] = read.records("SELECT MAX(s.scored_at) + INTERVAL 1 DAY AS at FROM score AS s")
    at: datetime = row["at"]
    return at


def steps(seen: dict[str, list[Told]]) -> dict[str, list[Told]]:
    """Each place's changes of state, in order: by account, solution and business unit."""
    deals = {row["opportunity_id"]: row for row in seen["known_opportunity"]}
    of_group: dict[str, list[Told]] = defaultdict(list)
    for link in seen["opportunity_group"]:
        of_group[link["buying_group_id"]].append(deals[link["opportunity_id"]])
    held = {row["hand_off_id"]: row["buying_group_id"] for row in seen["hand_off"]}
    found: dict[str, dict[datetime, tuple[Any, ...]]] = defaultdict(dict)
    for group in seen["buying_group"]:
        own, closed = group["buying_group_id"], group["closed_at"]
        opened = [
            deal["created_at"]
            for deal in of_group[own]
            if (closed is None or deal["created_at"] < closed)
            and (deal["closed_at"] is None or deal["closed_at"] >= group["opened_at"])
        ]
        dealt = min(opened, default=None)
        events = [
            (row["from_at"], 1, _STATES.get(row["status"], "cooling"), row["reason"])
            for row in seen["qualification"]
            if row["buying_group_id"] == own
        ]
        for row in seen["disposition"]:
            if held.get(row["hand_off_id"]) == own and row["outcome"] in ("accepted", "worked") and row["at"]:
                said = "accepted by sales" if row["outcome"] == "accepted" else "sales began to act on it"
                events.append((row["at"], 2, "working", said))
        events = [event for event in events if dealt is None or event[0] < dealt]
        if dealt is not None:
            events.append((dealt, 3, "opportunity", "an opportunity was opened"))
        if closed is not None:
            state = "customer" if group["closing_reason"] == "won" else "cold"
            events.append((closed, 4, state, f"the cycle ended: {group['closing_reason']}"))
        place = "|".join(str(group[name] or "") for name in ("account_id", "solution_id", "business_unit"))
        for at, rank, state, reason in events:
            if closed is None or at <= closed:
                told = (group["opened_at"], rank, state, reason or "", group)
                if at not in found[place] or told[:2] > found[place][at][:2]:
                    found[place][at] = told
    return {place: _changes(at) for place, at in found.items()}


def _changes(events: dict[datetime, tuple[Any, ...]]) -> list[Told]:
    kept: list[Told] = []
    before = "new"
    for at in sorted(events):
        _, _, state, reason, group = events[at]
        if state != before:
            kept.append({"at": at, "was": before, "state": state, "reason": reason, "group": group})
        before = state
    return kept


def stands(moves: dict[str, list[Told]], week: Week) -> dict[str, tuple[str, str, Told]]:
    """Of each place: where it stood when the days began, where at their end, and its last step."""
    found = {}
    for place, every in moves.items():
        known = [step for step in every if step["at"] < week.to_at]
        if known:
            within = [step for step in known if step["at"] >= week.from_at]
            found[place] = (within[0]["was"] if within else known[-1]["state"], known[-1]["state"], known[-1])
    return found


@pytest.mark.parametrize("back", [0, 1, 10, 40])
@pytest.mark.parametrize("days", [7, 60])
def test_a_board_is_what_a_plain_loop_finds(
    tables: Path, viewer: Viewer, seen: dict[str, list[Told]], as_of: datetime, back: int, days: int
) -> None:
    to_at = as_of - timedelta(weeks=back)
    week = Week(to_at - timedelta(days=days), to_at)
    moves = steps(seen)
    expected = stands(moves, week)
    scores = {
        row["buying_group_id"]: row
        for row in sorted(seen["score"], key=lambda row: row["scored_at"])
        if row["scored_at"] < to_at
    }
    with Seen(tables, viewer) as read:
        held = group_board.group_cards(read, week, currency="USD")
        given = {"from_at": week.from_at, "to_at": week.to_at}
        groups = Cards(held, group_board.MOVES, given, "TRUE", {})
        cards, moved = listed(read, groups), movers(read, groups)
        added = flows(read, groups, currency="USD")
        counted = standing(read, groups)
        first = first_of_each(read, groups, 2)
        accounts = account_board.account_cards(read, held, week, currency="USD")
        by_account = listed(
            read, Cards(accounts, account_board.MOVES.format(cards=accounts.name), {}, "TRUE", {})
        )
    told = {
        (step["group"]["buying_group_id"], state, was, step["at"], step["reason"])
        for was, state, step in expected.values()
    }
    assert told == {(c.buying_group_id, c.state, c.was, c.since, c.reason) for c in cards}
    for card in cards:
        score = scores.get(card.buying_group_id or "")
        if card.state not in ("cold", "customer", "opportunity"):
            assert (card.score, card.cents) == (
                (float(score["score"]), score["expected_amount_cents"]) if score else (None, None)
            )
    within = [
        (step["at"], step["was"], step["state"], step["reason"])
        for every in moves.values()
        for step in every
        if week.from_at <= step["at"] < week.to_at
    ]
    assert sorted(within) == sorted((m.at, m.from_state, m.to_state, m.reason) for m in moved)
    assert sum(flow.count for flow in added) == len(within)
    assert {state: each.count for state, each in counted.items()} == _counts(cards)
    assert first == {state: [c for c in cards if c.state == state][:2] for state in counted}
    _hold_accounts(by_account, cards, seen["customer"], to_at)


def _counts(cards: list[Card]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for card in cards:
        found[card.state] += 1
    return found


def _hold_accounts(accounts: list[Card], groups: list[Card], customers: list[Told], to_at: datetime) -> None:
    """Each account once, at the strongest state of its groups; those that bought without one as customers."""
    theirs: dict[str, list[Card]] = defaultdict(list)
    for card in groups:
        theirs[card.account_id].append(card)
    bought = {row["account_id"] for row in customers if row["customer_since_on"] < to_at.date()}
    assert sorted(card.account_id for card in accounts) == sorted(theirs.keys() | bought)
    for card in accounts:
        own = theirs.get(card.account_id)
        if own is None:
            assert (card.state, card.members) == ("customer", 0)
            continue
        state = max((one.state for one in own), key=STRENGTH.index)
        was = max((one.was for one in own if one.was != "new"), key=STRENGTH.index, default="new")
        at_it = [one for one in own if one.state == state]
        assert (card.state, card.was, card.moved) == (state, was, was != state)
        assert card.solution == ", ".join(sorted({one.solution for one in at_it}))
        assert card.members == sum(one.members for one in at_it)
        since = [one.since for one in own if one.moved] if card.moved else [one.since for one in at_it]
        assert card.since == max(since)
        known = [one.cents for one in at_it if one.cents is not None]
        if state != "customer" and len({one.currency for one in at_it}) == 1:
            assert card.cents == (sum(known) if known else None)

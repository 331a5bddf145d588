"""(c) The board: groups or accounts by state, what moved in and out in a week, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter

from muster.reports.movement import movement_picture, turns_sheet
from muster.reports.quarter import quarter_of
from muster.reports.scope import Scope
from muster.serving.figures.board import (
    MEANS,
    STATES,
    Board,
    Card,
    Move,
    Week,
    account_board,
    by_change,
    group_board,
    untouched,
    week_of,
)
from muster.serving.figures.flows import Flow, FlowPicture, draw_flows, flows_of
from muster.serving.learnt import thin_words
from muster.serving.pages.views import views_of
from muster.serving.reading import Reading
from muster.serving.screen import Screen, Sheet, screen

router = APIRouter()
PAGE = 50
_ON_COLUMN = 6
_SORTS: dict[str, Callable[[list[Card]], list[Card]]] = {
    "change": by_change,
    "account": lambda cards: sorted(cards, key=lambda c: (c.account.casefold(), c.solution, c.key)),
    "state": lambda cards: sorted(cards, key=lambda c: (STATES.index(c.state), c.account.casefold(), c.key)),
    "score": lambda cards: sorted(cards, key=lambda c: (-(c.score or 0), c.account.casefold(), c.key)),
    "dollars": lambda cards: sorted(cards, key=lambda c: (-(c.cents or 0), c.account.casefold(), c.key)),
    "people": lambda cards: sorted(cards, key=lambda c: (-c.members - c.visitors, c.account, c.key)),
}
_CARDS = (
    *("account_id", "account", "buying_group_id", "solution", "country", "region", "state", "was", "since"),
    *("reason", "members", "visitors", "score", "cents", "currency", "dollars_are", "moved"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One state: how many stand there, what they are worth by currency, who came and who went."""

    state: str
    means: str
    count: int
    dollars: dict[str, int]
    dollars_are: str
    came: int
    went: int
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Mover:
    """A move with the card it is of."""

    card: Card
    move: Move


@dataclass(frozen=True, slots=True)
class Shown:
    """A board as it was asked for: by unit, week, solution and territory, its list by state and in order."""

    moved: list[Mover]
    columns: tuple[Column, ...]
    flows: list[Flow]
    flow_picture: FlowPicture | None
    listed: list[Card]
    solutions: list[str]
    territories: list[tuple[str, str]]


@screen(router, "/board", needs="see_groups")
def board(reading: Reading) -> Screen:
    """States, flows between them, and the list behind each."""
    query = reading.query
    unit = "accounts" if query.get("unit") == "accounts" else "groups"
    week = _week(reading)
    currency = reading.house.config.company.currency
    shown = _shown(reading, unit, week, currency)
    columns, flows, listed = shown.columns, shown.flows, shown.listed
    asked = [mover for mover in shown.moved if _is_asked(mover.move, query)]
    page = _page(query.get("page", "1"))
    never = _untouched(reading)
    never_count = sum(
        int(row["account_count"]) for row in never if _is_in(row["country"], row["region"], query)
    )
    return Screen(
        "board.html",
        "Groups" if unit == "groups" else "Accounts",
        {
            **{"unit": unit, "week": week, "columns": columns, "flows": flows},
            **{"never_had_a_group": never_count, "thin": thin_words(reading)},
        },
        (
            Sheet(unit, f"These {unit}", _CARDS, (_card_row(card) for card in listed)),
            Sheet("moves", "Movements of the week", _MOVES, (_move_row(m) for m in asked)),
            Sheet(
                "flows",
                "Movements added up",
                ("from", "to", "count", "cents", "currency"),
                tuple((f.from_state, f.to_state, f.count, f.cents, f.currency) for f in flows),
            ),
        ),
        active="/board",
        more={
            "unit": unit,
            "is_table": bool(query.get("state")) or query.get("view") == "table",
            "is_movers": bool(query.get("from") or query.get("to")),
            "asked": asked,
            "flow_picture": shown.flow_picture,
            "listed": listed,
            "shown": listed[(page - 1) * PAGE : page * PAGE],
            "page": page,
            "pages": -(-len(listed) // PAGE),
            "on_column": _ON_COLUMN,
            "states": STATES,
            "solutions": shown.solutions,
            "territories": shown.territories,
            "weeks": _weeks(reading, week),
            "views": views_of(reading),
            "here": str(reading.request.url.path)
            + (f"?{reading.request.url.query}" if reading.request.url.query else ""),
            "year": reading.once("board year", lambda: _year(reading))
            if reading.viewer.may("see_measures")
            else None,
            "currency": currency,
        },
    )


_MOVES = ("account_id", "account", "solution", "from", "to", "at", "reason", "cents", "currency")


def _shown(reading: Reading, unit: str, week: Week, currency: str) -> Shown:
    """The board, kept as it was asked for: all accounts are counted and sorted for it."""
    query = {key: reading.query.get(key, "") for key in ("solution", "territory", "state", "sort")}

    def make() -> Shown:
        everything = _board(reading, unit, week, currency)
        cards = [card for card in everything.cards if _is_wanted(card, query)]
        moved = _movers(everything, cards)
        flows = flows_of(everything, cards, currency=currency)
        state = query["state"]
        listed = [card for card in cards if not state or card.state == state]
        return Shown(
            moved,
            tuple(_column(state, cards, moved) for state in STATES),
            flows,
            draw_flows(flows) if flows else None,
            _SORTS.get(query["sort"], by_change)(listed),
            _solutions(everything),
            _territories(everything, _untouched(reading)),
        )

    return reading.once(f"board {unit} {week.from_at} {week.to_at} {currency} {sorted(query.items())}", make)


def _untouched(reading: Reading) -> list[dict[str, Any]]:
    return reading.once("untouched", lambda: untouched(reading.tables))


def _board(reading: Reading, unit: str, week: Week, currency: str) -> Board:
    groups = reading.once(
        f"board groups {week.from_at} {week.to_at} {currency}",
        lambda: group_board(reading.tables, week, currency=currency),
    )
    if unit == "groups":
        return groups
    return reading.once(
        f"board accounts {week.from_at} {week.to_at} {currency}",
        lambda: account_board(groups, reading.tables, week, currency=currency),
    )


def _week(reading: Reading) -> Week:
    as_of = reading.snapshot.as_of
    try:
        return week_of(reading.query.get("week", ""), as_of)
    except ValueError:
        return week_of("", as_of)


def _weeks(reading: Reading, week: Week) -> dict[str, Any]:
    """The Mondays before and after the week shown, as addresses take them."""
    monday = (week.to_at - timedelta(microseconds=1)).date()
    monday -= timedelta(days=monday.weekday())
    is_latest = not reading.query.get("week")
    after = monday + timedelta(days=7)
    is_over = datetime(after.year, after.month, after.day) > reading.snapshot.as_of
    before = monday if is_latest and week.to_at.date() != monday else monday - timedelta(days=7)
    return {"before": before, "after": None if is_latest else "" if is_over else after}


def _is_wanted(card: Card, query: Any) -> bool:
    solution = query.get("solution", "")
    return (not solution or solution in card.solution.split(", ")) and _is_in(
        card.country, card.region, query
    )


def _is_in(country: str | None, region: str | None, query: Any) -> bool:
    """Whether a place lies in the territory asked for: `country:DE`, `region:EMEA`, or any."""
    kind, _, name = query.get("territory", "").partition(":")
    return not name or (country if kind == "country" else region) == name


def _movers(everything: Board, cards: list[Card]) -> list[Mover]:
    by_key = {card.key: card for card in cards}
    found = [Mover(by_key[m.key], m) for m in everything.moves if m.key in by_key]
    return sorted(found, key=lambda m: (m.move.at, m.card.key), reverse=True)


def _is_asked(move: Move, query: Any) -> bool:
    came_from, went_to = query.get("from", ""), query.get("to", "")
    return (not came_from or move.from_state == came_from) and (
        went_to in ("", "any") or move.to_state == went_to
    )


def _column(state: str, cards: list[Card], moved: list[Mover]) -> Column:
    here = by_change(card for card in cards if card.state == state)
    dollars: Counter[str] = Counter()
    counted = set()
    for card in here:
        # A contract is of the account: two groups of it that both won are not two contracts.
        key = card.account_id if state == "customer" else card.key
        if card.cents is not None and key not in counted:
            counted.add(key)
            dollars[card.currency] += card.cents
    return Column(
        state,
        MEANS[state],
        len(here),
        dict(sorted(dollars.items())),
        {"opportunity": "open pipeline", "customer": "ARR"}.get(state, "expected"),
        sum(mover.move.to_state == state for mover in moved),
        sum(mover.move.from_state == state for mover in moved),
        tuple(here),
    )


def _solutions(everything: Board) -> list[str]:
    return sorted({name for card in everything.cards for name in card.solution.split(", ") if name})


def _territories(everything: Board, never: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Regions before countries, as (value, word)."""
    places = {(card.country, card.region) for card in everything.cards}
    places |= {(row["country"], row["region"]) for row in never}
    regions = sorted({region for _, region in places if region})
    countries = sorted({country for country, _ in places if country})
    return [(f"region:{name}", name) for name in regions] + [(f"country:{c}", c) for c in countries]


def _page(text: str) -> int:
    return max(int(text), 1) if text.isdigit() else 1


def _card_row(card: Card) -> tuple[object, ...]:
    return tuple(getattr(card, column) for column in _CARDS)


def _move_row(mover: Mover) -> tuple[object, ...]:
    card, move = mover.card, mover.move
    return (
        *(card.account_id, card.account, card.solution, move.from_state, move.to_state),
        *(move.at, move.reason, card.cents, card.currency),
    )


def _year(reading: Reading) -> Any:
    """Groups in and out of qualified by week for a year, as the board pack draws it."""
    as_of = reading.snapshot.as_of
    scope = Scope(quarter_of(as_of.date()), reading.house.config.company.currency, as_of)
    return movement_picture(reading.tables, scope, turns_sheet(reading.tables, scope))

"""(c) The board: groups or accounts by state, what moved in and out in a week, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from fastapi import APIRouter

from muster.access.narrowed import ACCOUNTS_IN
from muster.reports.movement import movement_picture, turns_sheet
from muster.reports.quarter import quarter_of
from muster.reports.scope import Scope
from muster.reports.values import show
from muster.serving.figures.account_board import account_board, untouched
from muster.serving.figures.board import (
    MEANS,
    STATES,
    Board,
    Card,
    Move,
    Week,
    by_change,
    days_of,
)
from muster.serving.figures.flows import Flow, FlowPicture, draw_flows, flows_of
from muster.serving.figures.group_board import group_board
from muster.serving.learnt import thin_words
from muster.serving.narrowing import EVERY, Narrowing
from muster.serving.pages.views import views_of
from muster.serving.reading import Reading
from muster.serving.screen import Screen, Sheet, screen
from muster.serving.snapshots import OF_ANOTHER

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
    listed: list[Card] = field(metadata=OF_ANOTHER)  # the cards of the board


@screen(router, "/board", needs="see_groups")
def board(reading: Reading) -> Screen:
    """States, flows between them, and the list behind each."""
    query = reading.query
    unit = "accounts" if query.get("unit") == "accounts" else "groups"
    week = days_of(reading.asked.since, reading.asked.until, reading.snapshot.as_of)
    currency = reading.house.config.company.currency
    shown = _shown(reading, unit, week, currency, reading.asked, query)
    columns, flows, listed = shown.columns, shown.flows, shown.listed
    asked = [mover for mover in shown.moved if _is_asked(mover.move, query)]
    page = _page(query.get("page", "1"))
    is_table = bool(query.get("state")) or query.get("view") == "table"
    is_movers = bool(query.get("from") or query.get("to"))
    has_year = reading.viewer.may("see_measures") and not is_table and not is_movers
    never = _untouched(reading)
    owners = reading.asked.owners(reading.viewer.owner_ids)
    never_count = sum(
        int(row["account_count"])
        for row in never
        if reading.asked.holds_place(row["region"], row["country"])
        and (not reading.asked.territory.startswith("owner:") or row["owner_id"] in owners)
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
            "is_table": is_table,
            "is_movers": is_movers,
            "asked": asked,
            "flow_picture": shown.flow_picture,
            "listed": listed,
            "shown": listed[(page - 1) * PAGE : page * PAGE],
            "page": page,
            "pages": -(-len(listed) // PAGE),
            "on_column": _ON_COLUMN,
            "states": STATES,
            "span": _span(week),
            "beside": _beside(reading, week),
            "views": views_of(reading),
            "here": str(reading.request.url.path)
            + (f"?{reading.request.url.query}" if reading.request.url.query else ""),
            "year": reading.once("board year", lambda: _year(reading)) if has_year else None,
            "currency": currency,
        },
        narrows=EVERY,
        whole=("the picture of the year",) if reading.asked.has_rows_out and has_year else (),
    )


def on_columns(reading: Reading) -> list[str]:
    """The ids of the groups whose cards stand on the board as it opens."""
    week = days_of(None, None, reading.snapshot.as_of)
    currency = reading.house.config.company.currency
    shown = _shown(reading, "groups", week, currency, reading.asked, reading.query)
    return [
        card.buying_group_id
        for column in shown.columns
        for card in column.cards[:_ON_COLUMN]
        if card.buying_group_id
    ]


def groups_listed(reading: Reading, asked: Narrowing, query: Mapping[str, str]) -> list[str]:
    """The ids of the groups of a board's list as another address asked for it, in its order."""
    week = days_of(asked.since, asked.until, reading.snapshot.as_of)
    unit = "accounts" if query.get("unit") == "accounts" else "groups"
    shown = _shown(reading, unit, week, reading.house.config.company.currency, asked, query)
    return [card.buying_group_id for card in shown.listed if card.buying_group_id]


_MOVES = ("account_id", "account", "solution", "from", "to", "at", "reason", "cents", "currency")


def _shown(  # noqa: PLR0917 - a board is asked for by as many things
    reading: Reading, unit: str, week: Week, currency: str, asked: Narrowing, query: Mapping[str, str]
) -> Shown:
    """The board, kept as it was asked for: all accounts are counted and sorted for it."""
    state, sort = query.get("state", ""), query.get("sort", "")

    def make() -> Shown:
        everything = _board(reading, unit, week, currency)
        theirs = _accounts(reading, asked)
        cards = [card for card in everything.cards if _is_wanted(card, asked, theirs)]
        moved = _movers(everything, cards)
        flows = flows_of(everything, cards, currency=currency)
        listed = [card for card in cards if not state or card.state == state]
        return Shown(
            moved,
            tuple(_column(state, cards, moved) for state in STATES),
            flows,
            draw_flows(flows) if flows else None,
            _SORTS.get(sort, by_change)(listed),
        )

    owners = sorted(asked.owners(reading.viewer.owner_ids))
    asked_for = (asked.solution, asked.territory, owners, state, sort)
    return reading.once(f"board {unit} {week.from_at} {week.to_at} {currency} {asked_for}", make)


def _untouched(reading: Reading) -> list[dict[str, Any]]:
    return reading.once("untouched", lambda: untouched(reading.tables))


def _board(reading: Reading, unit: str, week: Week, currency: str) -> Board:
    asked_for = f"{week.from_at} {week.to_at} {currency}"

    def alike(made: Board) -> Board:
        """The same with each card kept once, as most of a territory's are those that others see."""
        kept = reading.snapshot.once(("cards", asked_for), dict[Card, Card])
        return replace(made, cards=tuple(kept.setdefault(card, card) for card in made.cards))

    groups = reading.once(
        f"board groups {asked_for}", lambda: alike(group_board(reading.tables, week, currency=currency))
    )
    if unit == "groups":
        return groups
    return reading.once(
        f"board accounts {asked_for}",
        lambda: alike(account_board(groups, reading.tables, week, currency=currency)),
    )


def _span(week: Week) -> str:
    """The days that are looked at, as a sentence names them."""
    last = week.last_day
    return f"the {'week' if week.day_count == 7 else f'{week.day_count} days'} to {show(last)}"


def _beside(reading: Reading, week: Week) -> dict[str, Any]:
    """As many days before those shown, and after them, as addresses take them; the latest has no after."""
    as_of = reading.snapshot.as_of
    if not reading.asked.has_days:
        monday = week.last_day - timedelta(days=week.last_day.weekday())
        first = monday if week.to_at.date() != monday else monday - timedelta(days=7)
        return {"before": _days(first, 7), "after": None}
    first, count = week.from_at.date(), week.day_count
    after = first + timedelta(days=count)
    is_over = datetime(after.year, after.month, after.day) > as_of
    latest = {"since": None, "until": None}
    return {
        "before": _days(first - timedelta(days=count), count),
        "after": latest if is_over else _days(after, count),
    }


def _days(first: date, count: int) -> dict[str, str]:
    return {"since": first.isoformat(), "until": (first + timedelta(days=count - 1)).isoformat()}


def _accounts(reading: Reading, asked: Narrowing) -> frozenset[str] | None:
    """The accounts of the owner asked for; None where none is."""
    owners = sorted(asked.owners(reading.viewer.owner_ids))
    if not asked.territory.startswith("owner:"):
        return None
    given = {"kind": "owner", "name": "", "owners": owners}
    return frozenset(row["id"] for row in reading.tables.records(ACCOUNTS_IN, given))


def _is_wanted(card: Card, asked: Narrowing, theirs: frozenset[str] | None) -> bool:
    return (
        (not asked.solution or asked.solution in card.solution.split(", "))
        and asked.holds_place(card.region, card.country)
        and (theirs is None or card.account_id in theirs)
    )


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

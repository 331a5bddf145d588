"""Boards as they are asked for: by unit, days, solution and territory.

The cards of a week are made once for all who see the same; what is counted of them is kept as asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from muster.access.narrowed import ACCOUNTS_IN
from muster.access.scope import Held
from muster.serving.figures import account_board, group_board
from muster.serving.figures.board import MEANS, STATES, Card, Week, days_of
from muster.serving.figures.board_cards import (
    Cards,
    Flow,
    Standing,
    beside,
    first_of_each,
    flows,
    listed,
    standing,
)
from muster.serving.figures.flows import FlowPicture, draw_flows
from muster.serving.narrowing import Narrowing
from muster.serving.reading import Reading

ON_COLUMN = 6
ON_PAGE = 50


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
    cards: tuple[Card, ...]  # the first of them


@dataclass(frozen=True, slots=True)
class Board:
    """A board as it was asked for: by unit, week, solution and territory."""

    unit: str  # groups or accounts
    week: Week
    columns: tuple[Column, ...]
    flows: list[Flow]
    flow_picture: FlowPicture | None
    latest: list[Card]  # the first page of its list by what changed last


def board_of(reading: Reading, asked: Narrowing, query: Mapping[str, str]) -> Board:
    """The board of an address, kept as it was asked for."""
    unit, week = _unit(query), _week(reading, asked)
    currency = reading.house.config.company.currency

    def make() -> Board:
        cards = cards_of(reading, asked, query)
        there = standing(reading.tables, cards)
        moved = flows(reading.tables, cards, currency=currency)
        first = first_of_each(reading.tables, cards, ON_COLUMN)
        return Board(
            unit,
            week,
            tuple(_column(state, there.get(state), moved, first.get(state, [])) for state in STATES),
            moved,
            draw_flows(moved) if moved else None,
            listed(reading.tables, cards, most=ON_PAGE),
        )

    owners = sorted(asked.owners(reading.viewer.owner_ids))
    narrowed = (asked.solution, asked.territory, owners)
    return reading.once(f"board {unit} {week.from_at} {week.to_at} {currency} {narrowed}", make)


def cards_of(reading: Reading, asked: Narrowing, query: Mapping[str, str]) -> Cards:
    """The cards of an address, to ask of: those of its solution and territory."""
    unit, week = _unit(query), _week(reading, asked)
    held = _held(reading, unit, week)
    where = ["TRUE"]
    given: dict[str, Any] = {}
    if asked.solution:
        where.append("list_contains(string_split(c.solution, ', '), $solution)")
        given["solution"] = asked.solution
    kind, _, name = asked.territory.partition(":")
    if kind in ("region", "country"):
        where.append(f"lower(COALESCE(c.{kind}, '')) = $place")
        given["place"] = name.lower()
    elif kind == "owner":
        where.append("c.account_id IN (SELECT UNNEST($accounts::VARCHAR[]))")
        owners = {"kind": "owner", "name": "", "owners": sorted(asked.owners(reading.viewer.owner_ids))}
        given["accounts"] = [row["id"] for row in reading.tables.records(ACCOUNTS_IN, owners)]
    wanted = " AND ".join(where)
    if unit == "accounts":
        return Cards(held, account_board.MOVES.format(cards=held.name), {}, wanted, given)
    days = {"from_at": week.from_at, "to_at": week.to_at}
    return Cards(held, group_board.MOVES, days, wanted, given)


def on_columns(reading: Reading) -> list[str]:
    """The ids of the groups whose cards stand on the board as it opens."""
    cards = [card for column in board_of(reading, Narrowing(), {}).columns for card in column.cards]
    return [card.buying_group_id for card in cards if card.buying_group_id]


def beside_on_board(
    reading: Reading, asked: Narrowing, query: Mapping[str, str], group_id: str
) -> tuple[int, int, str | None, str | None] | None:
    """Where a group stands in a board's list as another address asked for it, and who is beside it."""
    cards = cards_of(reading, asked, query)
    return beside(reading.tables, cards, group_id, state=query.get("state", ""), sort=query.get("sort", ""))


def _unit(query: Mapping[str, str]) -> str:
    return "accounts" if query.get("unit") == "accounts" else "groups"


def _week(reading: Reading, asked: Narrowing) -> Week:
    return days_of(asked.since, asked.until, reading.snapshot.as_of)


def _held(reading: Reading, unit: str, week: Week) -> Held:
    currency = reading.house.config.company.currency
    told = f"{week.from_at} {week.to_at} {currency}"
    groups = reading.once(
        f"cards of groups {told}",
        lambda: group_board.group_cards(reading.tables, week, currency=currency),
    )
    if unit == "groups":
        return groups
    return reading.once(
        f"cards of accounts {told}",
        lambda: account_board.account_cards(reading.tables, groups, week, currency=currency),
    )


def _column(state: str, there: Standing | None, moved: list[Flow], first: list[Card]) -> Column:
    return Column(
        state,
        MEANS[state],
        there.count if there else 0,
        there.dollars if there else {},
        {"opportunity": "open pipeline", "customer": "ARR"}.get(state, "expected"),
        sum(flow.count for flow in moved if flow.to_state == state),
        sum(flow.count for flow in moved if flow.from_state == state),
        tuple(first),
    )

"""Boards as they are asked for: by unit, days, solution and territory, their list by state and in order.

A board holds a card for each place of the company, so it is kept for its run; a page shows a few of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from muster.access.narrowed import ACCOUNTS_IN
from muster.serving.figures.account_board import account_board
from muster.serving.figures.board import MEANS, STATES, Board, Card, Move, Week, by_change, days_of
from muster.serving.figures.flows import Flow, FlowPicture, draw_flows, flows_of
from muster.serving.figures.group_board import group_board
from muster.serving.narrowing import Narrowing
from muster.serving.reading import Reading
from muster.serving.snapshots import OF_ANOTHER

ON_COLUMN = 6
# By what changed last is how a board's cards stand anyhow.
_SORTS: dict[str, Callable[[Sequence[Card]], list[Card]]] = {
    "account": lambda cards: sorted(cards, key=lambda c: (c.account.casefold(), c.solution, c.key)),
    "state": lambda cards: sorted(cards, key=lambda c: (STATES.index(c.state), c.account.casefold(), c.key)),
    "score": lambda cards: sorted(cards, key=lambda c: (-(c.score or 0), c.account.casefold(), c.key)),
    "dollars": lambda cards: sorted(cards, key=lambda c: (-(c.cents or 0), c.account.casefold(), c.key)),
    "people": lambda cards: sorted(cards, key=lambda c: (-c.members - c.visitors, c.account, c.key)),
}


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

    unit: str  # groups or accounts
    week: Week
    moved: list[Mover]
    columns: tuple[Column, ...]
    flows: list[Flow]
    flow_picture: FlowPicture | None
    listed: Sequence[Card] = field(metadata=OF_ANOTHER)  # the cards of the board


@dataclass(frozen=True, slots=True)
class _Ordered:
    """Cards of a board in an order of their own."""

    cards: list[Card] = field(metadata=OF_ANOTHER)


def shown_board(reading: Reading, asked: Narrowing, query: Mapping[str, str]) -> Shown:
    """The board of an address, kept as it was asked for: all accounts are counted and sorted for it."""
    unit = "accounts" if query.get("unit") == "accounts" else "groups"
    week = days_of(asked.since, asked.until, reading.snapshot.as_of)
    currency = reading.house.config.company.currency
    owners = sorted(asked.owners(reading.viewer.owner_ids))
    key = f"board {unit} {week.from_at} {week.to_at} {currency} {(asked.solution, asked.territory, owners)}"

    def make() -> Shown:
        everything = _board(reading, unit, week, currency)
        theirs = _accounts(reading, asked)
        cards = [card for card in everything.cards if _is_wanted(card, asked, theirs)]
        moved = _movers(everything, cards)
        flows = flows_of(everything, cards, currency=currency)
        return Shown(
            unit,
            week,
            moved,
            tuple(_column(state, cards, moved) for state in STATES),
            flows,
            draw_flows(flows) if flows else None,
            by_change(cards),
        )

    whole = reading.once(key, make)
    state, sort = query.get("state", ""), query.get("sort", "")
    cards = {column.state: column.cards for column in whole.columns}.get(state, ()) if state else whole.listed
    if sort not in _SORTS:
        return replace(whole, listed=cards)
    ordered = reading.once(f"{key} {(state, sort)}", lambda: _Ordered(_SORTS[sort](cards)))
    return replace(whole, listed=ordered.cards)


def on_columns(reading: Reading) -> list[str]:
    """The ids of the groups whose cards stand on the board as it opens."""
    shown = shown_board(reading, Narrowing(), {})
    cards = [card for column in shown.columns for card in column.cards[:ON_COLUMN]]
    return [card.buying_group_id for card in cards if card.buying_group_id]


def groups_listed(reading: Reading, asked: Narrowing, query: Mapping[str, str]) -> list[str]:
    """The ids of the groups of a board's list as another address asked for it, in its order."""
    listed = shown_board(reading, asked, query).listed
    return [card.buying_group_id for card in listed if card.buying_group_id]


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

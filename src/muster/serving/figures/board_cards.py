"""What a board asks of its cards: how many stand where, who moved, and its list, a page at a time.

A board of a large company has a hundred thousand cards. They stay where DuckDB made them, and of a page
only what it shows becomes Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from muster.access.scope import Held
from muster.access.seen import Seen
from muster.serving.figures.board import NEW, STATES, Card, Mover

_COLUMNS = ", ".join(f"c.{name}" for name in Card.__dataclass_fields__)
_BY_CHANGE = "c.since DESC, COALESCE(c.cents, 0) DESC, c.account, c.key"
# How a list may stand; by what changed last where nothing is asked for.
ORDERS = {
    "account": "lower(c.account), c.solution, c.key",
    "state": f"list_position({list(STATES)}, c.state), lower(c.account), c.key",
    "score": "COALESCE(c.score, 0) DESC, lower(c.account), c.key",
    "dollars": "COALESCE(c.cents, 0) DESC, lower(c.account), c.key",
    "people": "c.members + c.visitors DESC, c.account, c.key",
}


@dataclass(frozen=True, slots=True)
class Cards:
    """Cards of a week with the SQL of its steps, and which of both are wanted, with the values that takes."""

    held: Held
    moves: str
    moves_given: dict[str, Any]
    where: str
    given: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """How many cards stand at a state, and what they are worth by currency."""

    count: int
    dollars: dict[str, int]


@dataclass(frozen=True, slots=True)
class Flow:
    """Everybody who went from one state to another in the week."""

    from_state: str
    to_state: str
    count: int
    cents: int  # what the movers are worth where they stand now, in the company's currency
    currency: str


def standing(tables: Seen, cards: Cards) -> dict[str, Standing]:
    """What stands at each state; states without a card are left out."""
    # A contract is of the account: two groups of it that both won are not two contracts.
    rows = tables.records(
        f"""WITH counted AS (
            SELECT c.state, c.currency, COUNT(*) AS n, SUM(c.cents) AS cents FROM {cards.held.name} AS c
            WHERE c.state <> 'customer' AND {cards.where} GROUP BY c.state, c.currency
            UNION ALL
            SELECT 'customer', b.currency, SUM(b.n), SUM(b.cents) FROM (
                SELECT c.currency, COUNT(*) AS n, MAX(c.cents) AS cents FROM {cards.held.name} AS c
                WHERE c.state = 'customer' AND {cards.where} GROUP BY c.account_id, c.currency) AS b
            GROUP BY b.currency)
        SELECT state, currency, n, cents FROM counted ORDER BY state, currency""",
        cards.given,
    )
    found: dict[str, Standing] = {}
    for row in rows:
        before = found.get(row["state"], Standing(0, {}))
        dollars = {} if row["cents"] is None else {row["currency"]: int(row["cents"])}
        found[row["state"]] = Standing(before.count + int(row["n"]), before.dollars | dollars)
    return found


def flows(tables: Seen, cards: Cards, *, currency: str) -> list[Flow]:
    """The steps of the cards, added up by where they went from and to; whoever went twice is worth once."""
    rows = tables.records(
        f"""WITH moved AS ({cards.moves}),
        counted AS (
            SELECT m.from_state, m.to_state, COUNT(*) AS n,
                MAX(CASE WHEN c.currency = $currency THEN c.cents END) AS cents
            FROM moved AS m JOIN {cards.held.name} AS c ON c.key = m.key
            WHERE {cards.where} GROUP BY m.from_state, m.to_state, m.key)
        SELECT from_state, to_state, SUM(n)::BIGINT AS n, COALESCE(SUM(cents), 0)::BIGINT AS cents
        FROM counted GROUP BY from_state, to_state""",
        {**cards.given, **cards.moves_given, "currency": currency},
    )
    order = (NEW, *STATES)
    found = [Flow(row["from_state"], row["to_state"], row["n"], row["cents"], currency) for row in rows]
    return sorted(found, key=lambda flow: (order.index(flow.from_state), order.index(flow.to_state)))


def movers(
    tables: Seen, cards: Cards, *, from_state: str = "", to_state: str = "", most: int | None = None
) -> list[Mover]:
    """The steps of the cards from one state to another, of every one where none is named; latest first."""
    asked = {"from_state": from_state, "to_state": to_state}
    is_asked = [f"m.{name} = ${name}" for name, value in asked.items() if value]
    rows = tables.records(
        f"""WITH moved AS ({cards.moves})
        SELECT m.from_state, m.to_state, m.moved_at, m.why, {_COLUMNS}
        FROM moved AS m JOIN {cards.held.name} AS c ON c.key = m.key
        WHERE {" AND ".join([cards.where, *is_asked])}
        ORDER BY m.moved_at DESC, c.key DESC {_limit(most)}""",
        {**cards.given, **cards.moves_given, **{name: value for name, value in asked.items() if value}},
    )
    return [
        Mover(
            from_state=row.pop("from_state"),
            to_state=row.pop("to_state"),
            at=row.pop("moved_at"),
            reason=row.pop("why"),
            card=Card(**row),  # what is left
        )
        for row in rows
    ]


def listed(
    tables: Seen, cards: Cards, *, state: str = "", sort: str = "", after: int = 0, most: int | None = None
) -> list[Card]:
    """The cards at a state, or all, in an order: so many at most, after so many."""
    rows = tables.records(
        f"""SELECT {_COLUMNS} FROM {cards.held.name} AS c WHERE {_at(cards, state)}
        ORDER BY {ORDERS.get(sort, _BY_CHANGE)} {_limit(most)} OFFSET {after:d}""",
        _given(cards, state),
    )
    return [Card(**row) for row in rows]


def first_of_each(tables: Seen, cards: Cards, most: int) -> dict[str, list[Card]]:
    """The first cards of each state, by what changed last; states without a card are left out."""
    rows = tables.records(
        f"""WITH placed AS (
            SELECT c.key, ROW_NUMBER() OVER (PARTITION BY c.state ORDER BY {_BY_CHANGE}) AS place
            FROM {cards.held.name} AS c WHERE {cards.where})
        SELECT {_COLUMNS} FROM {cards.held.name} AS c
        SEMI JOIN (SELECT p.key FROM placed AS p WHERE p.place <= {most:d}) AS p ON p.key = c.key
        ORDER BY {_BY_CHANGE}""",
        cards.given,
    )
    found: dict[str, list[Card]] = {}
    for row in rows:
        found.setdefault(row["state"], []).append(Card(**row))
    return found


def beside(
    tables: Seen, cards: Cards, group_id: str, *, state: str = "", sort: str = ""
) -> tuple[int, int, str | None, str | None] | None:
    """Where a group stands in the list, counted from 1, how long that is, and the ids before and after it."""
    rows = tables.records(
        f"""SELECT l.place, l.n, l.before, l.after FROM (
            SELECT c.buying_group_id, ROW_NUMBER() OVER listed AS place, COUNT(*) OVER () AS n,
                LAG(c.buying_group_id) OVER listed AS before, LEAD(c.buying_group_id) OVER listed AS after
            FROM {cards.held.name} AS c WHERE {_at(cards, state)}
            WINDOW listed AS (ORDER BY {ORDERS.get(sort, _BY_CHANGE)})) AS l
        WHERE l.buying_group_id = $group_id""",
        {**_given(cards, state), "group_id": group_id},
    )
    return (rows[0]["place"], rows[0]["n"], rows[0]["before"], rows[0]["after"]) if rows else None


def _at(cards: Cards, state: str) -> str:
    return f"{cards.where} AND c.state = $state" if state else cards.where


def _given(cards: Cards, state: str) -> dict[str, Any]:
    return {**cards.given, "state": state} if state else dict(cards.given)


def _limit(most: int | None) -> str:
    return "" if most is None else f"LIMIT {most:d}"

"""Where every account stands, and what moved in a week: at the strongest state that a group of it has."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from muster.access.seen import Seen
from muster.serving.figures.board import NEW, STRENGTH, Board, Card, Move, Week
from muster.serving.figures.bought import customers


def account_board(groups: Board, tables: Seen, week: Week, *, currency: str) -> Board:
    """The same for accounts: each stands at the strongest state that a group of it has."""
    by_account: dict[str, list[Card]] = {}
    for card in groups.cards:
        by_account.setdefault(card.account_id, []).append(card)
    cards, moves = [], []
    bought = {row["account_id"]: row for row in reversed(customers(tables, week))}
    at_of = {(move.key, move.to_state): move for move in groups.moves}
    for account_id, theirs in by_account.items():
        card = _strongest(theirs, bought.get(account_id), currency)
        if card.was != card.state:
            known = [m for one in theirs if (m := at_of.get((one.key, one.state)))]
            last = max(known, key=lambda move: move.at) if known else None
            if last is not None:
                card = replace(card, since=last.at, reason=last.reason, moved=True)
                moves.append(Move(account_id, card.was, card.state, last.at, last.reason))
        cards.append(card)
    for account_id, row in bought.items():
        if account_id not in by_account:
            cards.append(_without_group(row, week))
            if cards[-1].moved:
                since = cards[-1].since
                assert since is not None
                moves.append(Move(account_id, NEW, "customer", since, cards[-1].reason))
    return Board(tuple(cards), tuple(sorted(moves, key=lambda move: (move.at, move.key))))


def untouched(tables: Seen) -> list[dict[str, Any]]:
    """Accounts no group was ever formed for, and that never bought: how many, by place and owner."""
    return tables.records(
        """SELECT a.country, a.region, a.owner_id, COUNT(*) AS account_count FROM account AS a
        WHERE a.account_id NOT IN (SELECT g.account_id FROM buying_group AS g)
            AND a.account_id NOT IN (SELECT c.account_id FROM customer AS c)
        GROUP BY a.country, a.region, a.owner_id ORDER BY a.country, a.region, a.owner_id"""
    )


def _strongest(theirs: list[Card], bought: dict[str, Any] | None, currency: str) -> Card:
    """One card for all groups of an account; its dollars are those of the groups at its state."""
    rank = STRENGTH.index
    state = max((card.state for card in theirs), key=rank)
    before = [card.was for card in theirs if card.was != NEW]
    was = max(before, key=rank) if before else NEW
    at_it = [card for card in theirs if card.state == state]
    newest = max(at_it, key=lambda c: (c.since or datetime.min, c.key))
    cents, in_currency = newest.cents, newest.currency
    if state == "customer":
        cents = int(bought["arr_cents"] or 0) if bought and bought["is_live"] else None
        in_currency = bought["currency"] if bought else currency
    elif len({card.currency for card in at_it}) == 1:
        known = [card.cents for card in at_it if card.cents is not None]
        cents = sum(known) if known else None
    return replace(
        newest,
        key=newest.account_id,
        buying_group_id=None,
        solution=", ".join(sorted({card.solution for card in at_it})),
        was=was,
        members=sum(card.members for card in at_it),
        visitors=sum(card.visitors for card in at_it),
        cents=cents,
        currency=in_currency,
        moved=False,
    )


def _without_group(row: dict[str, Any], week: Week) -> Card:
    """A customer whose purchases no group was seen for."""
    day: date = row["customer_since_on"]
    since = datetime(day.year, day.month, day.day)
    is_new = since >= week.from_at
    return Card(
        key=row["account_id"],
        account_id=row["account_id"],
        account=row["account"],
        buying_group_id=None,
        solution="",
        country=row["country"],
        region=row["region"],
        state="customer",
        was=NEW if is_new else "customer",
        since=since,
        reason="bought; no group was seen for it",
        members=0,
        visitors=0,
        score=None,
        cents=int(row["arr_cents"]) if row["is_live"] and row["arr_cents"] is not None else None,
        currency=row["currency"],
        dollars_are="ARR of the account",
        moved=is_new,
    )

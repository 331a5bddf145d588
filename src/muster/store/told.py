"""Whether something was told before: under its key, or under one that an id has since given way from.

Ids of groups are hashes of an account's first key, a solution and a cycle; accounts are merged, told apart
and dated back, and cycles are counted anew (docs/decisions/0039). A message of such a group then has another
key, though what happened is the same. So the outbox keeps with each message what does not give way: the
account as it was called, by any of whose ids it is found again, the solution, and when it happened.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa

from muster.store.instants import instant
from muster.store.schema import DELIVERY

MOST_MOVED = timedelta(days=7)

# Kinds about a group, and by how much the instant may move when accounts become one: what both halves did may
# hand the group over a Monday earlier or later, or end its qualification then. People join when they do.
MOVES = {
    "hand_off": MOST_MOVED,
    "left_qualified": MOST_MOVED,
    "second_lead": timedelta(),
    "share_read": timedelta(),
}


class Told(Protocol):
    """What is compared: of a message to be told, and of a row of the outbox."""

    @property
    def key(self) -> str:
        """What, how and to whom."""

    @property
    def kind(self) -> str:
        """For example: hand_off."""

    @property
    def channel(self) -> str:
        """The way it goes."""

    @property
    def user_id(self) -> int | None:
        """Its reader, unless that is a target."""

    @property
    def target_id(self) -> str | None:
        """Its reader, unless that is a user."""

    @property
    def account_id(self) -> str:
        """The account, as it was called when this was told."""

    @property
    def topic(self) -> str:
        """The solution."""

    @property
    def happened_at(self) -> str:
        """ISO 8601, UTC."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the outbox, as far as it is compared."""

    key: str
    kind: str
    channel: str
    user_id: int | None
    target_id: str | None
    account_id: str
    topic: str
    happened_at: str


_COLUMNS = [DELIVERY.c[name] for name in Row.__dataclass_fields__]


def told_before(
    connection: sa.Connection,
    outgoing: Mapping[str, Any],
    *,
    since: datetime | None,
    once: Mapping[str, Collection[str]],
) -> set[str]:
    """The keys among those of `outgoing`, every message of now by its key, that were told already.

    `outgoing` goes back to MOST_MOVED before `since`: what it lacks of that time is told no longer under its
    key. `once` has for each account of now the ids it had.
    """
    there = _there(connection, outgoing)
    new = [one for key, one in outgoing.items() if key not in there and one.kind in MOVES and one.account_id]
    if not new:
        return there
    first = (since or min(_at(one.happened_at) for one in new)) - MOST_MOVED
    recent = sa.select(*_COLUMNS).where(
        DELIVERY.c.kind.in_(list(MOVES)),
        DELIVERY.c.account_id.is_not(None),
        DELIVERY.c.happened_at > instant(first),
    )
    rows = [Row(**row) for row in connection.execute(recent).mappings()]
    return there | followed(new, [row for row in rows if row.key not in outgoing], once=once)


def followed(
    new: Sequence[Told], vanished: Sequence[Told], *, once: Mapping[str, Collection[str]]
) -> set[str]:
    """Of new messages the keys of those that a told one, no longer told under its own key, had told.

    Each told one stands for one new one, the nearest in time, so that nothing new is kept back for it.
    """
    by_place: dict[tuple[object, ...], list[Told]] = {}
    for row in vanished:
        by_place.setdefault(_place(row, row.account_id), []).append(row)
    pairs = [
        (gap, one.key, row.key)
        for one in new
        for account_id in {one.account_id, *once.get(one.account_id, ())}
        for row in by_place.get(_place(one, account_id), ())
        if (gap := abs(_at(one.happened_at) - _at(row.happened_at))) <= MOVES[one.kind]
    ]
    ours, theirs = set[str](), set[str]()
    for _, key, told_as in sorted(pairs):
        if key not in ours and told_as not in theirs:
            ours.add(key)
            theirs.add(told_as)
    return ours


def _place(one: Told, account_id: str) -> tuple[object, ...]:
    return one.kind, one.channel, one.user_id, one.target_id, one.topic, account_id


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _there(connection: sa.Connection, keys: Collection[str]) -> set[str]:
    """Which of the keys the outbox ever had; a few hundred a question, as databases allow."""
    asked, found = list(keys), set[str]()
    for first in range(0, len(asked), 500):
        some = DELIVERY.c.key.in_(asked[first : first + 500])
        found |= set(connection.execute(sa.select(DELIVERY.c.key).where(some)).scalars())
    return found

"""Requests that may be sent again: each becomes one decision, however often it arrives within a day."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from muster.problems import Conflict
from muster.store.instants import instant
from muster.store.opening import Store
from muster.store.schema import IDEMPOTENCY

LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Once:
    """A request: who sent it, under which key of theirs, and what it asks, as text."""

    who: str
    key: str
    asks: str


def answered(store: Store, once: Once, *, now: datetime | None = None) -> str | None:
    """The decision that a request became already; None for a new one.

    Raises Conflict where the key was used for another request.
    """
    with store.reading() as connection:
        return find_answer(connection, once, now=now)


def find_answer(connection: sa.Connection, once: Once, *, now: datetime | None = None) -> str | None:
    """As `answered`, in a transaction that is open already."""
    row = connection.execute(
        sa.select(IDEMPOTENCY.c.request_hash, IDEMPOTENCY.c.decision_id).where(
            IDEMPOTENCY.c.who == once.who,
            IDEMPOTENCY.c.key == once.key,
            IDEMPOTENCY.c.created_at > instant(now, later=-LASTS),
        )
    ).first()
    if row is None:
        return None
    if row.request_hash != _hash(once):
        raise Conflict(
            f"The key {once.key} was used for another request.", remedy="Take a new key for a new request."
        )
    return str(row.decision_id)


def remember(connection: sa.Connection, once: Once, decision_id: str, *, now: datetime | None = None) -> None:
    """Keep what a request became, in the transaction that makes it so; those of days ago are forgotten."""
    connection.execute(sa.delete(IDEMPOTENCY).where(IDEMPOTENCY.c.created_at <= instant(now, later=-LASTS)))
    connection.execute(
        sa.insert(IDEMPOTENCY).values(
            who=once.who,
            key=once.key,
            request_hash=_hash(once),
            decision_id=decision_id,
            created_at=instant(now),
        )
    )


def _hash(once: Once) -> str:
    return hashlib.sha256(once.asks.encode()).hexdigest()

"""The outbox: what is on its way to whom, taken by one sender at a time, kept until it is done.

A sender takes a row for a while (a lease, after Gray and Cheriton 1989), sends it, and says what was
answered. Killed in between, it leaves a row that another takes once the lease is over; the receiver then
sees the same message id twice, which tells it that this is one message.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from muster.problems import WrongUse
from muster.store.audit import note
from muster.store.instants import instant
from muster.store.opening import Store
from muster.store.schema import DELIVERY, TARGET
from muster.store.told import told_before

WAITING, SENT, FAILED, DEAD, DISCARDED = STATES = ("waiting", "sent", "failed", "dead", "discarded")
ON_THEIR_WAY = (WAITING, FAILED)  # failed: the last attempt did, another follows
LEASE = timedelta(minutes=2)  # longer than an attempt may take
_HIDDEN = {"lease", "leased_until", "account_id", "topic", "happened_at"}
_SHOWN = [column for column in DELIVERY.columns if column.name not in _HIDDEN]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for one reader by one channel; a second one of the same key is the same message.

    `account_id`, `topic` and `happened_at` say what it is about should its key give way (`store/told.py`).
    """

    key: str
    kind: str
    channel: str
    payload: dict[str, Any]
    subject_id: str = ""
    user_id: int | None = None
    target_id: str | None = None
    account_id: str = ""
    topic: str = ""
    happened_at: str = ""

    @property
    def message_id(self) -> str:
        """The same for the same key, so that a receiver can tell a message that comes twice."""
        return "msg_" + hashlib.sha256(self.key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the outbox. Instants are ISO 8601 texts in UTC; `attempts` counts those begun."""

    number: int
    message_id: str
    key: str
    kind: str
    channel: str
    user_id: int | None
    target_id: str | None
    subject_id: str
    payload: dict[str, Any]
    state: str
    attempts: int
    next_at: str
    last_answer: str
    created_at: str
    sent_at: str | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that is ours to send until the lease is over."""

    delivery: Delivery
    lease: str


def put(
    store: Store,
    outgoing: Iterable[Outgoing],
    *,
    now: datetime,
    since: datetime | None = None,
    once: Mapping[str, Collection[str]] | None = None,
) -> list[Outgoing]:
    """Add those that were not told yet, under their key or one that gave way to it; returns them.

    `outgoing` is everything that is told now. What happened until `since` is only there to say that it is
    told still, and is not added. `once` has for each account the ids it had.
    """
    by_key = {one.key: one for one in outgoing}
    with store.writing() as connection:
        new = _new(connection, by_key, since=since, once=once or {})
        if new:
            connection.execute(sa.insert(DELIVERY), [_row(one, now) for one in new])
    return new


def not_there(
    store: Store,
    outgoing: Iterable[Outgoing],
    *,
    since: datetime | None = None,
    once: Mapping[str, Collection[str]] | None = None,
) -> list[Outgoing]:
    """Those that `put` would add."""
    by_key = {one.key: one for one in outgoing}
    with store.reading() as connection:
        return _new(connection, by_key, since=since, once=once or {})


def take(store: Store, *, now: datetime, lease: timedelta = LEASE) -> Taken | None:
    """Take the row that is due longest; None where none is. The attempt counts from now on.

    Of messages about one subject to one reader the later waits for the earlier; those to a target that is
    disabled wait until it is enabled.
    """
    earlier = DELIVERY.alias()
    before_it = (
        sa.exists()
        .where(earlier.c.number < DELIVERY.c.number)
        .where(earlier.c.state.in_(ON_THEIR_WAY))
        .where(earlier.c.channel == DELIVERY.c.channel)
        .where(earlier.c.subject_id == DELIVERY.c.subject_id)
        .where(sa.func.coalesce(earlier.c.user_id, -1) == sa.func.coalesce(DELIVERY.c.user_id, -1))
        .where(sa.func.coalesce(earlier.c.target_id, "") == sa.func.coalesce(DELIVERY.c.target_id, ""))
    )
    is_off = sa.exists().where(TARGET.c.target_id == DELIVERY.c.target_id, TARGET.c.disabled_at.is_not(None))
    is_free = DELIVERY.c.leased_until.is_(None) | (DELIVERY.c.leased_until <= instant(now))
    due = (
        sa.select(*_SHOWN)
        .where(DELIVERY.c.state.in_(ON_THEIR_WAY), DELIVERY.c.next_at <= instant(now), is_free)
        .where(~is_off, (DELIVERY.c.subject_id == "") | ~before_it)
        .order_by(DELIVERY.c.next_at, DELIVERY.c.number)
        .limit(1)
    )
    with store.writing() as connection:
        row = connection.execute(due).mappings().first()
        if row is None:
            return None
        token = secrets.token_hex(16)
        ours = {
            "lease": token,
            "leased_until": instant(now, later=lease),
            "attempts": row["attempts"] + 1,
        }
        connection.execute(sa.update(DELIVERY).where(DELIVERY.c.number == row["number"]).values(**ours))
    return Taken(Delivery(**{**row, "attempts": row["attempts"] + 1}), token)


def settle(
    store: Store, taken: Taken, *, state: str, answer: str, now: datetime, next_at: datetime | None = None
) -> bool:
    """Say what became of an attempt; False where the lease was over and somebody else took the row since."""
    values: dict[str, object] = {
        "state": state,
        "last_answer": answer,
        "lease": None,
        "leased_until": None,
        "next_at": instant(next_at or now),
    }
    if state == SENT:
        values["sent_at"] = instant(now)
    ours = (DELIVERY.c.number == taken.delivery.number) & (DELIVERY.c.lease == taken.lease)
    with store.writing() as connection:
        return connection.execute(sa.update(DELIVERY).where(ours).values(**values)).rowcount == 1


def read_deliveries(store: Store, *, states: Collection[str] = (), most: int | None = None) -> list[Delivery]:
    """The rows, newest first; only those in some states where any are named."""
    query = sa.select(*_SHOWN).order_by(DELIVERY.c.number.desc()).limit(most)
    if states:
        query = query.where(DELIVERY.c.state.in_(states))
    with store.reading() as connection:
        return [Delivery(**row) for row in connection.execute(query).mappings()]


def counted_by_state(store: Store) -> dict[str, int]:
    """How many rows are in each state."""
    query = sa.select(DELIVERY.c.state, sa.func.count().label("rows")).group_by(DELIVERY.c.state)
    with store.reading() as connection:
        counts = {row.state: row.rows for row in connection.execute(query)}
    return {state: counts.get(state, 0) for state in STATES}


def redeliver(store: Store, number: int, *, by: str, now: datetime) -> Delivery:
    """Send a message again from the first attempt on, under its old id. Raises WrongUse while it waits."""
    values = {"state": WAITING, "attempts": 0, "next_at": instant(now), "sent_at": None}
    return _decide(store, number, "redeliver", by, values, allowed={SENT, FAILED, DEAD, DISCARDED})


def discard(store: Store, number: int, *, by: str) -> Delivery:
    """Give a message up for good. Raises WrongUse where it was sent or discarded already."""
    return _decide(store, number, "discard", by, {"state": DISCARDED}, allowed={WAITING, FAILED, DEAD})


def forget(store: Store, *, before: datetime) -> int:
    """Empty the texts of what was done with before an instant: names in them need not stay for good.

    The rows stay, so that nothing is told again. Returns how many there are.
    """
    done = DELIVERY.c.state.in_((SENT, DISCARDED)) & (DELIVERY.c.created_at < instant(before))
    with store.writing() as connection:
        return connection.execute(sa.update(DELIVERY).where(done).values(payload={})).rowcount


def _decide(
    store: Store,
    number: int,
    action: str,
    by: str,
    values: dict[str, object],
    *,
    allowed: set[str],
) -> Delivery:
    """What a person decides about a row, and its audit row; who is sending it now is not heard any more."""
    this = DELIVERY.c.number == number
    with store.writing() as connection:
        row = connection.execute(sa.select(*_SHOWN).where(this)).mappings().first()
        if row is None:
            raise WrongUse(f"There is no delivery {number}.", remedy="See them all: muster messages list")
        if row["state"] not in allowed:
            raise WrongUse(
                f"Delivery {number} is {row['state']}, so there is nothing to {action}.",
                remedy="See them all: muster messages list",
            )
        free = {"lease": None, "leased_until": None}
        if values["state"] == WAITING and not row["payload"]:
            raise WrongUse(
                f"The text of delivery {number} is no longer kept.",
                remedy="How long texts are kept: messages.keep_days in muster.toml.",
            )
        connection.execute(sa.update(DELIVERY).where(this).values(**values, **free))
        note(connection, by, action, f"delivery {number}", {"before": row["state"], "key": row["key"]})
        after = connection.execute(sa.select(*_SHOWN).where(this)).mappings().one()
    return Delivery(**after)


def _new(
    connection: sa.Connection,
    by_key: Mapping[str, Outgoing],
    *,
    since: datetime | None,
    once: Mapping[str, Collection[str]],
) -> list[Outgoing]:
    told = told_before(connection, by_key, since=since, once=once)
    news = [one for one in by_key.values() if one.key not in told]
    if since is None:
        return news
    return [one for one in news if not one.account_id or datetime.fromisoformat(one.happened_at) > since]


def _row(one: Outgoing, now: datetime) -> dict[str, object]:
    return {
        "message_id": one.message_id,
        "key": one.key,
        "kind": one.kind,
        "channel": one.channel,
        "user_id": one.user_id,
        "target_id": one.target_id,
        "subject_id": one.subject_id,
        "payload": one.payload,
        "state": WAITING,
        "attempts": 0,
        "next_at": instant(now),
        "last_answer": "",
        "created_at": instant(now),
        "account_id": one.account_id or None,
        "topic": one.topic or None,
        "happened_at": one.happened_at or None,
    }

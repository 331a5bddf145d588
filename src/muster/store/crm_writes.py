"""The ledger of what is written to the CRM: a row for each value of a field, kept for good.

A writer takes rows for a while (a lease), writes them and says what became of them. Killed in between, it
leaves rows that are taken again once the lease is over. Of one field one row at most is on its way.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from muster.problems import WrongUse
from muster.store.audit import note
from muster.store.crm_fields import ON
from muster.store.instants import instant
from muster.store.opening import Store
from muster.store.schema import CRM_FIELD, CRM_WRITE

WAITING, WRITTEN, FAILED, DEAD, THEIRS, MISSING, DISCARDED, REPLACED = STATES = (
    *("waiting", "written", "failed", "dead", "theirs", "missing", "discarded", "replaced"),
)
ON_THEIR_WAY = (WAITING, FAILED)  # failed: the last attempt did, another follows
LEASE = timedelta(minutes=5)  # longer than a batch may take
_ID = 15
SHOWN = [c for c in CRM_WRITE.columns if c.name not in {"lease", "leased_until", "open_place"}]
_SEE = "See them all: muster crm log"


@dataclass(frozen=True, slots=True)
class Intent:
    """A value to be put into a field that held `old` when it was asked."""

    object: str
    record_id: str
    field: str
    old: str | int | None
    new: str | int | None
    undoes: int | None = None

    @property
    def place(self) -> str:
        """The field of the record in one text; the id is whole in it, so that an erasure finds it."""
        return f"{self.object}/{self.record_id}/{self.field}"


@dataclass(frozen=True, slots=True)
class Write:
    """One row of the ledger. Instants are ISO 8601 texts in UTC; `attempts` counts those begun."""

    number: int
    object: str
    record_id: str
    field: str
    old_value: str | int | None
    new_value: str | int | None
    state: str
    attempts: int
    next_at: str
    last_answer: str
    run_id: str
    as_of: str
    by: str
    undoes: int | None
    created_at: str
    settled_at: str | None


@dataclass(frozen=True, slots=True)
class TakenWrites:
    """Rows about records of one object that are ours to write until the lease is over."""

    writes: tuple[Write, ...]
    lease: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an attempt at one row."""

    number: int
    state: str
    answer: str
    next_at: datetime | None = None


def enter(store: Store, intents: Iterable[Intent], *, run_id: str, as_of: str, by: str, now: datetime) -> int:
    """Put values on their way; returns how many are new. An older one for a field gives way to a newer.

    One that is being written at this instant does not: the newer waits for another call.
    """
    with store.writing() as connection:
        return _enter(connection, intents, run_id=run_id, as_of=as_of, by=by, now=now)


def _enter(
    connection: sa.Connection, intents: Iterable[Intent], *, run_id: str, as_of: str, by: str, now: datetime
) -> int:
    query = sa.select(CRM_WRITE).where(CRM_WRITE.c.open_place.is_not(None))
    there = {row["open_place"]: row for row in connection.execute(query).mappings()}
    rows = []
    for one in intents:
        older = there.get(one.place)
        if older is not None:
            says_so = json.loads(older["new_value"]) == one.new and older["undoes"] == one.undoes
            is_held = (older["leased_until"] or "") > instant(now)
            is_undoing = older["undoes"] is not None and one.undoes is None  # a person's word goes first
            if says_so or is_held or is_undoing:
                continue
            gone = {"state": REPLACED, "open_place": None, "settled_at": instant(now)}
            this = CRM_WRITE.c.number == older["number"]
            connection.execute(sa.update(CRM_WRITE).where(this).values(**gone))
        known = {"object": one.object, "record_id": one.record_id, "field": one.field, "undoes": one.undoes}
        values = {"old_value": json.dumps(one.old), "new_value": json.dumps(one.new)}
        fresh = {"state": WAITING, "open_place": one.place, "attempts": 0, "last_answer": ""}
        when = {"next_at": instant(now), "created_at": instant(now)}
        rows.append(known | values | fresh | when | {"run_id": run_id, "as_of": as_of, "by": by})
    if rows:
        connection.execute(sa.insert(CRM_WRITE), rows)
    return len(rows)


def take(
    store: Store,
    *,
    mapped: Collection[tuple[str, str]],
    now: datetime,
    records: int,
    lease: timedelta = LEASE,
) -> TakenWrites | None:
    """Take what is due of one object, at most so many records; None where nothing is.

    What is on its way to a field that was turned off since, or is `mapped` no more (by object and name),
    waits until it is on again; an undoing does not.
    """
    is_free = CRM_WRITE.c.leased_until.is_(None) | (CRM_WRITE.c.leased_until <= instant(now))
    is_on = sa.exists().where(
        CRM_FIELD.c.object == CRM_WRITE.c.object,
        CRM_FIELD.c.field == CRM_WRITE.c.field,
        CRM_FIELD.c.state == ON,
    )
    is_mapped = of_fields(mapped)
    due = (
        sa.select(*SHOWN)
        .where(CRM_WRITE.c.state.in_(ON_THEIR_WAY), CRM_WRITE.c.next_at <= instant(now), is_free)
        .where(CRM_WRITE.c.undoes.is_not(None) | (is_mapped & is_on))
        .order_by(CRM_WRITE.c.number)
        .limit(records * 5)
    )
    with store.writing() as connection:
        rows = connection.execute(due).mappings().all()
        if not rows:
            return None
        of_one = [row for row in rows if row["object"] == rows[0]["object"]]
        first = set(list(dict.fromkeys(row["record_id"][:_ID] for row in of_one))[:records])
        ours = [row for row in of_one if row["record_id"][:_ID] in first]
        token = secrets.token_hex(16)
        connection.execute(
            sa.update(CRM_WRITE)
            .where(CRM_WRITE.c.number.in_([row["number"] for row in ours]))
            .values(
                lease=token,
                leased_until=instant(now, later=lease),
                attempts=CRM_WRITE.c.attempts + 1,
            )
        )
    return TakenWrites(tuple(as_write({**row, "attempts": row["attempts"] + 1}) for row in ours), token)


def settle(store: Store, taken: TakenWrites, outcomes: Iterable[Settled], *, now: datetime) -> int:
    """Say what became of rows that are still ours; returns how many were."""
    count = 0
    with store.writing() as connection:
        for one in outcomes:
            is_open = one.state in ON_THEIR_WAY
            values: dict[str, object] = {
                "state": one.state,
                "last_answer": one.answer,
                "lease": None,
                "leased_until": None,
                "next_at": instant(one.next_at or now),
            }
            if not is_open:
                values |= {"open_place": None, "settled_at": instant(now)}
            ours = (CRM_WRITE.c.number == one.number) & (CRM_WRITE.c.lease == taken.lease)
            count += connection.execute(sa.update(CRM_WRITE).where(ours).values(**values)).rowcount
    return count


def read_writes(
    store: Store,
    *,
    states: Collection[str] = (),
    run_id: str | None = None,
    number: int | None = None,
    most: int | None = None,
) -> list[Write]:
    """The rows, newest first; only those of some states, one run or one number where these are named."""
    query = sa.select(*SHOWN).order_by(CRM_WRITE.c.number.desc()).limit(most)
    if states:
        query = query.where(CRM_WRITE.c.state.in_(states))
    if run_id is not None:
        query = query.where(CRM_WRITE.c.run_id == run_id)
    if number is not None:
        query = query.where(CRM_WRITE.c.number == number)
    with store.reading() as connection:
        return [as_write(row) for row in connection.execute(query).mappings()]


def newest_as_of(store: Store) -> str:
    """The date of the newest tables of which anything is in the ledger; empty where nothing is."""
    with store.reading() as connection:
        return connection.execute(sa.select(sa.func.max(CRM_WRITE.c.as_of))).scalar() or ""


def retry(store: Store, number: int, *, by: str, now: datetime) -> Write:
    """Try a value that was given up again from the first attempt on. Raises WrongUse for any other."""
    at = instant(now)
    values: dict[str, object] = {"state": WAITING, "attempts": 0, "next_at": at, "settled_at": None}
    return _decide(store, number, "crm retry", by, values, allowed={DEAD, DISCARDED, FAILED})


def discard(store: Store, number: int, *, by: str, now: datetime) -> Write:
    """Give a value up that is on its way or was given up. Raises WrongUse for one that is done."""
    values: dict[str, object] = {"state": DISCARDED, "settled_at": instant(now)}
    return _decide(store, number, "crm discard", by, values, allowed={WAITING, FAILED, DEAD})


def discard_field(store: Store, object_: str, field: str, *, by: str, now: datetime) -> int:
    """Give every value up that waits for a field, undoings and what is being written left out; how many.

    Raises WrongUse where none does.
    """
    waits = CRM_WRITE.c.state.in_(ON_THEIR_WAY) & CRM_WRITE.c.undoes.is_(None)
    is_free = CRM_WRITE.c.leased_until.is_(None) | (CRM_WRITE.c.leased_until <= instant(now))
    gone = {"state": DISCARDED, "settled_at": instant(now), "open_place": None, "lease": None}
    with store.writing() as connection:
        change = sa.update(CRM_WRITE).where(of_fields([(object_, field)]), waits, is_free)
        count = connection.execute(change.values(**gone, leased_until=None)).rowcount
        if not count:
            raise WrongUse(f"No value waits for {object_}.{field}.", remedy=_SEE)
        note(connection, by, "crm discard", f"{object_}.{field}", {"values": count})
    return count


def of_fields(fields: Iterable[tuple[str, str]]) -> sa.ColumnElement[bool]:
    """Rows about some fields, by object and name."""
    each = (sa.and_(CRM_WRITE.c.object == one[0], CRM_WRITE.c.field == one[1]) for one in sorted(fields))
    return sa.or_(sa.false(), *each)


def enter_undo(store: Store, writes: Iterable[Write], subject: str, *, by: str, now: datetime) -> int:
    """Put the values before some writes on their way, and say so in the audit trail; how many are new."""
    chosen = list(writes)
    with store.writing() as connection:
        entered = 0
        for one in chosen:
            back = Intent(one.object, one.record_id, one.field, one.new_value, one.old_value, one.number)
            entered += _enter(connection, [back], run_id=one.run_id, as_of=one.as_of, by=by, now=now)
        if entered:
            note(connection, by, "crm undo", subject, {"writes": [one.number for one in chosen]})
    return entered


def _decide(
    store: Store, number: int, action: str, by: str, values: dict[str, object], *, allowed: set[str]
) -> Write:
    this = CRM_WRITE.c.number == number
    with store.writing() as connection:
        row = connection.execute(sa.select(CRM_WRITE).where(this)).mappings().first()
        if row is None:
            raise WrongUse(f"There is no write {number}.", remedy=_SEE)
        if row["state"] not in allowed:
            raise WrongUse(f"Write {number} is {row['state']}: nothing to {action[4:]}.", remedy=_SEE)
        place = Intent(row["object"], row["record_id"], row["field"], None, None).place
        if values["state"] == WAITING:
            newer = sa.select(CRM_WRITE.c.number).where(CRM_WRITE.c.open_place == place, ~this)
            if connection.execute(newer).first() is not None:
                raise WrongUse(f"A newer value than that of write {number} is on its way.", remedy=_SEE)
        open_place = place if values["state"] == WAITING else None
        free = {"lease": None, "leased_until": None, "open_place": open_place}
        connection.execute(sa.update(CRM_WRITE).where(this).values(**values, **free))
        note(connection, by, action, f"write {number}", {"before": row["state"]})
        after = connection.execute(sa.select(*SHOWN).where(this)).mappings().one()
    return as_write(after)


def as_write(row: Mapping[Any, Any]) -> Write:
    """A row as it is kept, with its values read."""
    values = {"old_value": json.loads(row["old_value"]), "new_value": json.loads(row["new_value"])}
    return Write(**{**row, **values})

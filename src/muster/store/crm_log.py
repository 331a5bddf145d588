"""What the ledger of the CRM's values says of fields, records and runs: no more of it than is asked for.

The ledger is kept for good, so nothing here reads it whole. A record's id is spelt with 15 characters or with
18, and is looked for both ways: so the index of record ids serves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from muster.store.crm_writes import ON_THEIR_WAY, SHOWN, WRITTEN, Write, as_write, of_fields
from muster.store.opening import Store
from muster.store.schema import CRM_WRITE

Field = tuple[str, str]  # object and name
_AT_ONCE = 400  # ids in one question
_SHORT = 15
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_RECORD = sa.func.substr(CRM_WRITE.c.record_id, 1, _SHORT)
_PLACE = (CRM_WRITE.c.object, _RECORD, CRM_WRITE.c.field)
_LAST = sa.func.max(CRM_WRITE.c.number)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many values of a run were written, on how many records, and how many are on their way still."""

    written: int = 0
    records: int = 0
    waiting: int = 0


def counting(store: Store, fields: Collection[Field]) -> list[Write]:
    """The rows about some fields that still count, oldest first.

    Of each field of a record: what was written last, and what was tried since. What came before is over.
    """
    these = of_fields(fields)
    last = (
        sa.select(CRM_WRITE.c.object, _RECORD.label("record"), CRM_WRITE.c.field, _LAST.label("number"))
        .where(these, CRM_WRITE.c.state == WRITTEN)
        .group_by(*_PLACE)
        .subquery()
    )
    same = sa.and_(
        last.c.object == CRM_WRITE.c.object, last.c.record == _RECORD, last.c.field == CRM_WRITE.c.field
    )
    query = (
        sa.select(*SHOWN)
        .select_from(CRM_WRITE.outerjoin(last, same))
        .where(these, last.c.number.is_(None) | (CRM_WRITE.c.number >= last.c.number))
        .order_by(CRM_WRITE.c.number)
    )
    with store.reading() as connection:
        return [as_write(row) for row in connection.execute(query).mappings()]


def last_of_their_fields(store: Store, writes: Iterable[Write]) -> set[int]:
    """The numbers of what was written last into the fields that some writes are about."""
    found: set[int] = set()
    with store.reading() as connection:
        for ids in _lots({one.record_id for one in writes}):
            query = sa.select(_LAST).where(CRM_WRITE.c.record_id.in_(ids), CRM_WRITE.c.state == WRITTEN)
            found.update(connection.execute(query.group_by(*_PLACE)).scalars())
    return found


def written_last(store: Store, record_ids: Collection[str]) -> list[Write]:
    """What was written last into each field of some records, newest first."""
    found: list[Write] = []
    with store.reading() as connection:
        for ids in _lots(record_ids):
            theirs = CRM_WRITE.c.record_id.in_(ids) & (CRM_WRITE.c.state == WRITTEN)
            last = sa.select(_LAST).where(theirs).group_by(*_PLACE)
            query = sa.select(*SHOWN).where(CRM_WRITE.c.number.in_(last))
            found += [as_write(row) for row in connection.execute(query).mappings()]
    return sorted(found, key=lambda one: -one.number)


def of_one_field(store: Store, write: Write) -> list[Write]:
    """Every row about the field of the record that a write is about, newest first."""
    [ids] = _lots([write.record_id])
    this = CRM_WRITE.c.record_id.in_(ids) & (CRM_WRITE.c.field == write.field)
    query = sa.select(*SHOWN).where(this, CRM_WRITE.c.object == write.object)
    with store.reading() as connection:
        rows = connection.execute(query.order_by(CRM_WRITE.c.number.desc())).mappings()
        return [as_write(row) for row in rows]


def counts_of_runs(store: Store, run_ids: Collection[str]) -> dict[str, Counted]:
    """What became of the values of some runs, undoings left out; a run that asked for none is not in it."""
    is_written = CRM_WRITE.c.state == WRITTEN
    is_waiting = CRM_WRITE.c.state.in_(ON_THEIR_WAY)
    record = sa.case((is_written, CRM_WRITE.c.object + "/" + _RECORD))
    query = (
        sa.select(
            CRM_WRITE.c.run_id,
            sa.func.sum(sa.case((is_written, 1), else_=0)),
            sa.func.count(record.distinct()),
            sa.func.sum(sa.case((is_waiting, 1), else_=0)),
        )
        .where(CRM_WRITE.c.run_id.in_(list(run_ids)), CRM_WRITE.c.undoes.is_(None))
        .group_by(CRM_WRITE.c.run_id)
    )
    with store.reading() as connection:
        return {run: Counted(int(a), int(b), int(c)) for run, a, b, c in connection.execute(query)}


def waiting_by_field(store: Store) -> dict[Field, int]:
    """How many values are on their way into each field, undoings left out."""
    query = (
        sa.select(CRM_WRITE.c.object, CRM_WRITE.c.field, sa.func.count())
        .where(CRM_WRITE.c.state.in_(ON_THEIR_WAY), CRM_WRITE.c.undoes.is_(None))
        .group_by(CRM_WRITE.c.object, CRM_WRITE.c.field)
        .order_by(CRM_WRITE.c.object, CRM_WRITE.c.field)
    )
    with store.reading() as connection:
        return {(object_, field): int(count) for object_, field, count in connection.execute(query)}


def is_anything_written(store: Store) -> bool:
    """Whether the CRM was ever told anything."""
    with store.reading() as connection:
        return connection.execute(sa.select(CRM_WRITE.c.number).limit(1)).first() is not None


def is_undoing(store: Store) -> bool:
    """Whether a value that a person took back is on its way still."""
    query = sa.select(CRM_WRITE.c.number).where(
        CRM_WRITE.c.state.in_(ON_THEIR_WAY), CRM_WRITE.c.undoes.is_not(None)
    )
    with store.reading() as connection:
        return connection.execute(query.limit(1)).first() is not None


def spelt(record_id: str) -> tuple[str, ...]:
    """A record's id in both spellings; what is no such id as it is.

    >>> spelt("001000000000001")
    ('001000000000001', '001000000000001AAA')
    >>> spelt("erased-1")
    ('erased-1',)
    """
    short = record_id[:_SHORT]
    if len(record_id) not in {_SHORT, _SHORT + 3} or not (short.isascii() and short.isalnum()):
        return (record_id,)
    fives = (short[start : start + 5] for start in range(0, _SHORT, 5))
    checks = (_CHECKS[sum(1 << place for place, sign in enumerate(five) if sign.isupper())] for five in fives)
    return tuple(dict.fromkeys((short, short + "".join(checks), record_id)))


def _lots(record_ids: Collection[str]) -> Iterator[list[str]]:
    ids = sorted({way for one in record_ids for way in spelt(one)})
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))

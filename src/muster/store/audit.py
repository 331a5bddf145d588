"""Who did what, when: rows sealed one with the other, so that none can be changed or taken out unnoticed.

The seal of a row is the SHA-256 of the seal before it and of the row itself (a hash chain, after Haber and
Stornetta 1991). Who can write the whole database can write a whole new chain: what was known outside of it,
a seal written down or sent elsewhere, still tells.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from muster.store.instants import instant
from muster.store.opening import Store
from muster.store.schema import AUDIT

START = "0" * 64  # the seal before the first row


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: who did what to whom, with what was there before and after."""

    number: int
    at: str
    who: str
    action: str
    subject: str
    detail: str
    seal: str

    def sealed(self, before: str) -> str:
        """The seal that this row has after the seal `before`."""
        parts = [before, self.number, self.at, self.who, self.action, self.subject, self.detail]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def note(
    connection: sa.Connection, who: str, action: str, subject: str, detail: Mapping[str, object]
) -> None:
    """Add a row in the transaction of what it tells, so that neither is there without the other."""
    last = connection.execute(
        sa.select(AUDIT.c.number, AUDIT.c.seal).order_by(AUDIT.c.number.desc()).limit(1)
    ).first()
    number, before = (last.number + 1, last.seal) if last is not None else (1, START)
    at = instant()
    told = json.dumps(detail, ensure_ascii=False, sort_keys=True)
    entry = Entry(number, at, who, action, subject, told, "")
    connection.execute(
        sa.insert(AUDIT).values(
            number=number,
            at=at,
            who=who,
            action=action,
            subject=subject,
            detail=told,
            seal=entry.sealed(before),
        )
    )


def entries(store: Store) -> list[Entry]:
    """Every row, oldest first."""
    with store.reading() as connection:
        rows = connection.execute(sa.select(AUDIT).order_by(AUDIT.c.number)).all()
    return [Entry(*row) for row in rows]


def first_broken(told: list[Entry]) -> int | None:
    """The number of the first row that was changed, or that stands where another was taken out."""
    before = START
    for place, entry in enumerate(told, start=1):
        if entry.number != place or entry.seal != entry.sealed(before):
            return place
        before = entry.seal
    return None

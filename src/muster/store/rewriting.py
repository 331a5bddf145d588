"""Every text of the store once more, without what names somebody: for an erasure, and for nothing else.

Rows stay where they are. The audit trail is sealed anew from the first row that changed; its last seal from
before stands in the row that tells of it. Nothing of the old bytes is left in the database's files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from muster.store.audit import START, Entry, note
from muster.store.opening import Store
from muster.store.schema import AUDIT, CRM_WRITE, DECISION, DELIVERY, SAVED_VIEW

Rewrite = Callable[[Any], Any]  # of a text, or of what JSON holds
_TEXTS = (
    (DECISION, "number", ("subject_id", "other_id", "value", "reason")),
    (DELIVERY, "number", ("subject_id", "key", "payload", "last_answer")),
    (SAVED_VIEW, "view_id", ("name", "path")),
    (CRM_WRITE, "number", ("record_id", "open_place", "old_value", "new_value", "last_answer")),
)


def rewrite(store: Store, without: Rewrite, *, tell: Sequence[tuple[str, str, Mapping[str, object]]]) -> int:
    """Rewrite what the store keeps and note for each (who, subject, detail) that it was; returns the rows.

    One transaction: all of it, or nothing.
    """
    with store.writing() as connection:
        changed = 0
        for table, key, columns in _TEXTS:
            for row in connection.execute(sa.select(table)).mappings().all():
                new = {c: made for c in columns if (made := without(row[c])) != row[c]}
                if new:
                    changed += 1
                    if table is DECISION:
                        new["turn"] = _free_turn(connection, dict(row) | new)
                    connection.execute(sa.update(table).where(table.c[key] == row[key]).values(**new))
        resealed = _reseal(connection, without)
        for who, subject, detail in tell:
            note(connection, who, "erase", subject, {**detail, "rows_rewritten": changed, **resealed})
    compact(store)
    return changed


def compact(store: Store) -> None:
    """Leave none of the rows of before in free pages or the write-ahead log."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "sqlite":
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA secure_delete = ON")
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.exec_driver_sql("VACUUM")


def _free_turn(connection: sa.Connection, row: Mapping[str, Any]) -> int:
    """The turn of a decision about its new subjects: its own, unless another has it."""
    same = (DECISION.c.subject_id == row["subject_id"]) & (DECISION.c.other_id == row["other_id"])
    others = sa.select(DECISION.c.turn).where(same & (DECISION.c.number != row["number"]))
    taken = set(connection.execute(others).scalars())
    return int(row["turn"]) if row["turn"] not in taken else max(taken) + 1


def _reseal(connection: sa.Connection, without: Rewrite) -> dict[str, object]:
    """Rewrite the audit trail and seal it anew; what to say of that, nothing where no row changed."""
    rows = [Entry(*row) for row in connection.execute(sa.select(AUDIT).order_by(AUDIT.c.number)).all()]
    before, first = START, 0
    for row in rows:
        detail = json.dumps(without(json.loads(row.detail)), ensure_ascii=False, sort_keys=True)
        fresh = Entry(row.number, row.at, row.who, row.action, without(row.subject), detail, "")
        if not first and (fresh.subject, fresh.detail) == (row.subject, row.detail):
            before = row.seal
            continue
        first = first or row.number
        before = fresh.sealed(before)
        connection.execute(
            sa.update(AUDIT)
            .where(AUDIT.c.number == row.number)
            .values(subject=fresh.subject, detail=fresh.detail, seal=before)
        )
    return {"sealed_anew_from": first, "seal_before": rows[-1].seal} if first else {}

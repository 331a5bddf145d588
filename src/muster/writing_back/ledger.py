"""What the ledger says of each field: whose its value is, and what is not to be written again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from muster.config.settings import CrmFieldConfig
from muster.store.crm_log import counting
from muster.store.crm_writes import DEAD, DISCARDED, MISSING, THEIRS, WRITTEN, Write
from muster.store.opening import Store
from muster.writing_back.changes import Ours, Place, place
from muster.writing_back.facts import Value, Wanted


def ours(store: Store | None, fields: Sequence[CrmFieldConfig]) -> dict[Place, Ours]:
    """What we did to each mapped field of each record that the ledger knows."""
    if store is None:
        return {}
    rows: dict[Place, list[Write]] = defaultdict(list)
    for one in counting(store, {(field.object, field.field) for field in fields}):
        rows[place(one.object, one.record_id, one.field)].append(one)
    return {at: _ours(told) for at, told in rows.items()}


def _ours(rows: Iterable[Write]) -> Ours:
    """What the rows about one field say, oldest first; what came before a write that was taken is over."""
    found = Ours()
    for one in rows:
        if one.state == WRITTEN:
            undone = (one.old_value,) if one.undoes is not None else ()
            found = Ours(value=one.new_value, undone=undone)
        elif one.undoes is None and one.state not in {THEIRS, MISSING}:
            tried = (one.new_value,) if one.attempts else ()
            refused = (one.new_value,) if one.state in {DEAD, DISCARDED} else ()
            found = Ours(found.value, (*found.maybe, *tried), found.undone, (*found.given_up, *refused))
    return found


def with_emptied(asked: Sequence[Wanted], known: dict[Place, Ours]) -> list[Wanted]:
    """What is wanted, and nothing for fields with a value of ours of which the tables say nothing more."""
    told = {place(one.object, one.record_id, one.field) for one in asked}
    nothing: Value = None
    emptied = [
        Wanted(at[0], at[1], at[2], nothing)
        for at, before in known.items()
        if at not in told and before.value is not None and not before.undone
    ]
    return [*asked, *sorted(emptied, key=lambda one: (one.object, one.record_id, one.field))]

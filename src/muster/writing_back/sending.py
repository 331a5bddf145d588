"""Write what the ledger has on its way: batch by batch, each value only over the one it was meant to replace.

Before each attempt the records are read once more. What holds our value already was written by an attempt
whose answer was lost; what holds neither that nor the old value was changed by somebody else, and is theirs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from muster.config.settings import CrmFieldConfig
from muster.messages.schedule import next_attempt
from muster.messages.sending import Clock, utc_now
from muster.store.crm_log import last_of_their_fields
from muster.store.crm_writes import (
    DEAD,
    FAILED,
    MISSING,
    THEIRS,
    WRITTEN,
    Settled,
    TakenWrites,
    Write,
    settle,
    take,
)
from muster.store.opening import Store
from muster.writing_back.changes import as_value, same
from muster.writing_back.crm import BATCH, Crm, CrmFault, Outcome
from muster.writing_back.facts import Value

_RECORD = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")  # an erased person's has another name


@dataclass(slots=True)
class Tally:
    """What became of the values that were due."""

    written: int = 0
    theirs: int = 0
    missing: int = 0
    failed: int = 0
    dead: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(*(getattr(self, name) + getattr(other, name) for name in Tally.__slots__))


def send_due(store: Store, crm: Crm, *, fields: Collection[CrmFieldConfig], clock: Clock = utc_now) -> Tally:
    """Write every value that is due; what fails is tried again later, or given up in the end.

    Only into fields that are mapped and on; what a person took back is put back wherever it is.
    """
    tally = Tally()
    mapped = {(one.object, one.field) for one in fields}
    while (taken := take(store, mapped=mapped, now=clock(), records=BATCH)) is not None:
        outcomes = _attempt(crm, taken, clock)
        settle(store, taken, outcomes, now=clock())
        for one in outcomes:
            setattr(tally, one.state, getattr(tally, one.state) + 1)
    return tally


def _attempt(crm: Crm, taken: TakenWrites, clock: Clock) -> list[Settled]:
    """One attempt at every row that was taken, and what became of each."""
    there = [one for one in taken.writes if _RECORD.fullmatch(one.record_id)]
    settled = [Settled(one.number, MISSING, "No such record.") for one in taken.writes if one not in there]
    if not there:
        return settled
    name = there[0].object
    try:
        ids = {one.record_id[:15]: one.record_id for one in there}
        held = crm.read(name, list(ids.values()), list(dict.fromkeys(one.field for one in there)))
        due = []
        for one in there:
            judged = _judged(one, held)
            if judged is None:
                due.append(one)
            else:
                settled.append(judged)
    except CrmFault as fault:
        return [*settled, *(_failed(one, fault, clock()) for one in there)]
    values: dict[str, dict[str, Value]] = defaultdict(dict)
    for one in due:
        values[ids[one.record_id[:15]]][one.field] = one.new_value
    try:
        outcomes = crm.update(name, values)
    except CrmFault as fault:
        return [*settled, *(_failed(one, fault, clock()) for one in due)]
    return [*settled, *(_told(one, outcomes[ids[one.record_id[:15]]], clock()) for one in due)]


def _judged(one: Write, held: Mapping[str, Mapping[str, object]]) -> Settled | None:
    """What is to be said of a row without writing; None where it is to be written."""
    record = held.get(one.record_id[:15])
    if record is None:
        return Settled(one.number, MISSING, "The CRM has no such open record.")
    value = as_value(record.get(one.field))
    if same(value, one.new_value):
        return Settled(one.number, WRITTEN, "It says so already.")
    if not same(value, one.old_value):
        return Settled(one.number, THEIRS, "Somebody changed it meanwhile.")
    return None


def _told(one: Write, outcome: Outcome, now: datetime) -> Settled:
    if outcome.is_taken:
        return Settled(one.number, WRITTEN, outcome.told)
    return _again(one, outcome.told, now, is_final=outcome.is_final)


def _failed(one: Write, fault: CrmFault, now: datetime) -> Settled:
    return _again(one, fault.told, now, is_final=fault.is_final, retry_after=fault.retry_after)


def _again(
    one: Write, told: str, now: datetime, *, is_final: bool, retry_after: timedelta | None = None
) -> Settled:
    following = next_attempt(f"crm_{one.number}", one.attempts, now=now, retry_after=retry_after)
    if is_final or following is None:
        return Settled(one.number, DEAD, told)
    return Settled(one.number, FAILED, told, following)


def undoable(store: Store, rows: Sequence[Write]) -> list[Write]:
    """Of some rows those whose old value can be put back: written, no undoing, and the field's last write."""
    ours = [one for one in rows if one.state == WRITTEN and one.undoes is None]
    last = last_of_their_fields(store, ours)
    return [one for one in ours if one.number in last]

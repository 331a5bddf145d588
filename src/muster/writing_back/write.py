"""The whole of a write-back: settle what was on its way, compare anew, write what is different."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from muster.config.settings import Config, CrmFieldConfig
from muster.messages.sending import Clock, utc_now
from muster.problems import WrongUse
from muster.store.crm_fields import DRY_RUN, OFF, ON, read_states, set_state
from muster.store.crm_log import Counted, counts_of_runs, waiting_by_field
from muster.store.crm_writes import Intent, enter, enter_undo, newest_as_of, read_writes
from muster.store.opening import Store
from muster.writing_back.changes import WRITE
from muster.writing_back.crm import Crm
from muster.writing_back.preview import Preview, preview
from muster.writing_back.sending import Tally, send_due, undoable


@dataclass(frozen=True, slots=True)
class Report:
    """What a write-back did: new values of fields that are on, what became of all that was due, and what
    it would have written into fields of a dry run. `run` has all that was written by these tables so far;
    `unmapped` how many values wait for each field that muster.toml maps no more.
    """

    run_id: str
    new: int
    tally: Tally
    theirs: int
    dry_run: int
    run: Counted
    unmapped: Mapping[str, int]


def field_states(store: Store | None, config: Config) -> dict[str, str]:
    """The state of each mapped field, by its name as in `Account.Muster_Status__c`."""
    said = read_states(store) if store is not None else {}
    return {one.name: said.get((one.object, one.field), OFF) for one in config.crm_write_back.field}


def unmapped(store: Store, config: Config) -> dict[str, int]:
    """How many values wait for each field that is mapped no more: none is written until it is again."""
    mapped = {(one.object, one.field) for one in config.crm_write_back.field}
    return {".".join(at): count for at, count in waiting_by_field(store).items() if at not in mapped}


def switch(store: Store, config: Config, name: str, state: str, *, by: str, clock: Clock = utc_now) -> str:
    """Turn a mapped field off, to dry-run or on; the state before. Raises WrongUse for one not mapped."""
    found = next((one for one in config.crm_write_back.field if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in config.crm_write_back.field) or "none"
        raise WrongUse(f"No field {name} is mapped.", remedy=f"Mapped in muster.toml: {known}.", field="name")
    return set_state(store, found.object, found.field, state, by=by, now=clock())


def write_back(
    workspace: Path, store: Store, config: Config, crm: Crm, *, by: str, clock: Clock = utc_now
) -> Report:
    """Write what is different into the fields that are on. Done twice, the second does nothing.

    Raises WrongUse where no field is on or in a dry run, the CRM cannot be read, or the tables are older
    than those that were written last.
    """
    states, fields = field_states(store, config), config.crm_write_back.field
    settled = send_due(store, crm, fields=fields, clock=clock)  # where all are off: what was taken back
    if not any(state != OFF for state in states.values()):
        if settled == Tally():
            raise WrongUse(
                "Every mapped field is off.",
                remedy="Look first: muster crm preview. Then: muster crm set FIELD dry-run, and on.",
            )
        return Report("", 0, settled, 0, 0, Counted(), unmapped(store, config))
    found = preview(workspace, _of(config, states, {ON, DRY_RUN}), crm, store=store)
    _refuse_older(store, found)
    wanted = [one for one in found.changes if one.fate == WRITE]
    on = [one for one in wanted if states[f"{one.object}.{one.field}"] == ON]
    intents = [Intent(one.object, one.record_id, one.field, one.old, one.new) for one in on]
    new = enter(store, intents, run_id=found.run_id, as_of=found.as_of, by=by, now=clock())
    settled += send_due(store, crm, fields=fields, clock=clock)
    run = counts_of_runs(store, [found.run_id]).get(found.run_id, Counted())
    theirs, dry_run = found.count("theirs"), len(wanted) - len(on)
    return Report(found.run_id, new, settled, theirs, dry_run, run, unmapped(store, config))


def undo(
    store: Store,
    *,
    number: int | None = None,
    run_id: str | None = None,
    by: str,
    clock: Clock = utc_now,
) -> int:
    """Put the value before one write, or before each write of a run, on its way back; returns how many.

    Raises WrongUse where there is nothing to undo. Where the CRM no longer holds our value it stays.
    """
    rows = read_writes(store, run_id=run_id, number=number)
    found = undoable(store, rows)
    subject = f"write {number}" if number is not None else f"run {run_id}"
    if not found:
        raise WrongUse(
            f"There is nothing to undo of {subject}: only a field's last write, once.",
            remedy="See them all: muster crm log",
        )
    return enter_undo(store, found, subject, by=by, now=clock())


def _of(config: Config, states: Mapping[str, str], wanted: set[str]) -> Config:
    """The settings with those of the mapped fields that are in some states."""
    fields: tuple[CrmFieldConfig, ...] = tuple(
        one for one in config.crm_write_back.field if states[one.name] in wanted
    )
    crm = config.crm_write_back.model_copy(update={"field": fields})
    return config.model_copy(update={"crm_write_back": crm})


def _refuse_older(store: Store, found: Preview) -> None:
    last = newest_as_of(store)
    if last > found.as_of:
        raise WrongUse(
            f"The tables in force are as of {found.as_of}; what was written last is as of {last}.",
            remedy="Run without --as-of first: muster run",
        )

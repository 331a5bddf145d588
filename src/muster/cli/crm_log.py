# ruff: noqa: PLC0415  commands start fast: what they need is imported by the command that needs it
"""`muster crm log`, `retry` and `discard`: what was ever written to the CRM, and what waits for it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from muster.cli.deciding import ByOption, user_name
from muster.cli.messages import opened
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.screen import clean, hint, print_json, results, table

if TYPE_CHECKING:
    from muster.store.crm_writes import Write

app = typer.Typer()
LINES = 40  # of changes on the screen
_LOG = ("number", "state", "record", "field", "before", "written", "attempts", "last answer", "run")
NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", help="The number of a write.")]


@app.command(epilog=examples("muster crm log", "muster crm log --state dead --json"))
def log(
    *,
    state: Annotated[
        str,
        typer.Option(
            "--state",
            help="Only waiting, written, failed, dead, theirs, missing, discarded or replaced ones.",
        ),
    ] = "",
    run: Annotated[str | None, typer.Option("--run", metavar="RUN", help="Only those of a run.")] = None,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List every value that was ever written or tried, newest first, with the value before it."""
    from muster.problems import WrongUse
    from muster.store.crm_writes import STATES, read_writes

    if state and state not in STATES:
        raise WrongUse(f"There is no state {state}.", remedy=f"States: {', '.join(STATES)}.")
    with opened(workspace) as (store, _):
        rows = read_writes(store, states=[state] if state else [], run_id=run)
    if json:
        print_json([asdict(row) for row in rows])
        return
    if not rows:
        hint("There is no such write.", quiet=quiet)
        return
    shown = [[Text(clean(cell)) for cell in _cells(row)] for row in rows[:LINES]]
    results().print(table(_LOG, shown, right={0, 6}))
    if len(rows) > LINES:
        hint(f"{len(rows) - LINES} older ones are not shown; see them with --json.", quiet=quiet)


@app.command(epilog=examples("muster crm retry 17"))
def retry(
    number: NumberArgument,
    *,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
) -> None:
    """Try a value that was given up again; the next `muster crm write` takes it."""
    from muster.messages.sending import utc_now
    from muster.store.crm_writes import retry as again

    with opened(workspace) as (store, _):
        _tell_one(again(store, number, by=by or user_name(), now=utc_now()), json=json)


@app.command(epilog=examples("muster crm discard 17", "muster crm discard --field Account.Muster_Status__c"))
def discard(
    number: Annotated[int | None, typer.Argument(metavar="[NUMBER]", help="The number of a write.")] = None,
    *,
    field: Annotated[
        str | None, typer.Option("--field", metavar="FIELD", help="All that waits for a field.")
    ] = None,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
) -> None:
    """Give a value that is on its way up for good; it stays in the log and is not written by itself again.

    With --field all that waits for a field, as for one that was taken out of muster.toml.
    """
    from muster.messages.sending import utc_now
    from muster.problems import WrongUse
    from muster.store.crm_writes import discard as give_up
    from muster.store.crm_writes import discard_field

    if (number is None) == (field is None):
        raise WrongUse("Name one write, or a field by --field.", remedy="See them all: muster crm log")
    with opened(workspace) as (store, _):
        if number is not None:
            _tell_one(give_up(store, number, by=by or user_name(), now=utc_now()), json=json)
            return
        object_, _, name = str(field).partition(".")
        count = discard_field(store, object_, name, by=by or user_name(), now=utc_now())
    if json:
        print_json({"discarded": count})
        return
    results().print(clean(f"{count} discarded of what waited for {field}."), soft_wrap=True)


def _tell_one(row: Write, *, json: bool) -> None:
    if json:
        print_json(asdict(row))
        return
    results().print(clean(f"Write {row.number} is {row.state}: {row.object} {row.record_id} {row.field}"))


def _cells(row: Write) -> tuple[str, ...]:
    before, written = ("" if v is None else str(v) for v in (row.old_value, row.new_value))
    told = f"{row.state} (undoes {row.undoes})" if row.undoes is not None else row.state
    where = (str(row.number), told, f"{row.object} {row.record_id}", row.field)
    return (*where, before, written, str(row.attempts), row.last_answer, row.run_id)

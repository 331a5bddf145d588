# ruff: noqa: PLC0415  commands start fast: what they need is imported by the command that needs it
"""`muster crm`: what is known of buying groups, written back onto records that the CRM has already."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from muster.cli import crm_log
from muster.cli.crm_log import LINES
from muster.cli.deciding import ByOption, user_name
from muster.cli.endings import FINE, LOOK
from muster.cli.messages import opened
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples, in_place
from muster.cli.screen import clean, hint, print_json, results, table

if TYPE_CHECKING:
    from muster.writing_back import Preview

app = typer.Typer(
    no_args_is_help=True,
    help="Write what is known of groups back onto records that the CRM has already.",
)
_FATES = {
    "write": "would be written where the field is on",
    "theirs": "theirs: stays as it is",
    "missing": "no such open record in the CRM",
    "undone": "undone: not written again",
    "given_up": "given up: not tried again by itself",
}


@app.command(name="preview", epilog=examples("muster crm preview", "muster crm preview --json"))
def preview_(
    *,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show field by field what the CRM holds, what it should say, and what would become of it.

    Reads the tables in force and the CRM, and writes nothing anywhere. Ends with 1 where a record is missing
    in the CRM or a field holds a value that is not ours.
    """
    from contextlib import closing, nullcontext

    from muster.store.opening import open_store
    from muster.workspace import open_workspace
    from muster.writing_back import field_states, preview
    from muster.writing_back.salesforce import Salesforce

    opened = open_workspace(workspace)
    crm = Salesforce(opened.config.crm_write_back)
    store = open_store(opened.folder, opened.config.store)
    with closing(store) if store is not None else nullcontext():
        found = preview(opened.folder, opened.config, crm, store=store)
        states = field_states(store, opened.config)
    if json:
        print_json(asdict(found) | {"fields": states})
    else:
        _tell(found, states, quiet=quiet)
    raise typer.Exit(LOOK if found.count("theirs") or found.count("missing") else FINE)


@app.command(
    name="set",
    epilog=examples(
        "muster crm set Account.Muster_Status__c dry-run", "muster crm set Account.Muster_Status__c on"
    ),
)
def set_(
    field: Annotated[str, typer.Argument(metavar="FIELD", help="A mapped field, as in Account.NAME__c.")],
    state: Annotated[str, typer.Argument(metavar="off|dry-run|on", help="What is done with it.")],
    *,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
) -> None:
    """Say of a field whether it is left alone, only looked at, or written. Every field is off at first."""
    from muster.writing_back import field_states, switch

    with opened(workspace) as (store, config):
        before = switch(store, config, field, state, by=by or user_name())
        states = field_states(store, config)
    if json:
        print_json(states)
        return
    results().print(clean(f"{field} is {state}; it was {before}."), soft_wrap=True)


@app.command(epilog=examples("muster crm write", "muster crm write --json"))
def write(
    *,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write what is different into the fields that are on, and try again what failed before.

    Updates records that are there and makes none; what is not ours stays. Done twice, the second does
    nothing. Ends with 1 where a value failed or was given up.
    """
    from muster.workspace import open_workspace
    from muster.writing_back import write_back
    from muster.writing_back.salesforce import Salesforce
    from muster.writing_back.told import told

    crm = Salesforce(open_workspace(workspace).config.crm_write_back)
    with opened(workspace) as (store, config):
        done = write_back(workspace, store, config, crm, by=by or user_name())
    tally = done.tally
    if json:
        print_json(asdict(done))
    else:
        results().print(
            f"{done.new} new; written {tally.written}, changed meanwhile {tally.theirs}, "
            f"missing {tally.missing}, failed {tally.failed}, given up {tally.dead}. "
            f"Theirs: {done.theirs}. In a dry run: {done.dry_run}.",
            soft_wrap=True,
        )
        if done.run_id:
            results().print(f"Run {done.run_id}: {told(done.run)}.", soft_wrap=True)
    for field, count in done.unmapped.items():
        hint(
            f"{count} for {field}, which muster.toml maps no more: not written until it is mapped again. "
            f"Give up what waits: muster crm discard --field {field}{in_place(workspace)}",
            quiet=quiet,
        )
    if tally.failed or tally.dead:
        hint(f"See why: muster crm log --state failed{in_place(workspace)}", quiet=quiet)
        raise typer.Exit(LOOK)


@app.command(epilog=examples("muster crm undo 17", "muster crm undo --run 000007-1f0c9a2e"))
def undo(
    number: Annotated[int | None, typer.Argument(metavar="[NUMBER]", help="The number of a write.")] = None,
    *,
    run: Annotated[str | None, typer.Option("--run", metavar="RUN", help="Every write of a run.")] = None,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Put the value before a write back, or before each write of a run.

    Only where the CRM still holds our value, and of a field only its last write. The value that was taken
    back is not written again; another one is. Ends with 1 where one could not be put back.
    """
    from muster.problems import WrongUse
    from muster.workspace import open_workspace
    from muster.writing_back import undo as take_back
    from muster.writing_back.salesforce import Salesforce
    from muster.writing_back.sending import send_due

    if (number is None) == (run is None):
        raise WrongUse("Name one write, or a run by --run.", remedy="See them all: muster crm log")
    crm = Salesforce(open_workspace(workspace).config.crm_write_back)
    with opened(workspace) as (store, config):
        asked = take_back(store, number=number, run_id=run, by=by or user_name())
        tally = send_due(store, crm, fields=config.crm_write_back.field)
    if json:
        print_json({"undoing": asked, **asdict(tally)})
    else:
        results().print(
            f"{asked} to undo; put back {tally.written}, changed meanwhile {tally.theirs}, "
            f"missing {tally.missing}, failed {tally.failed}, given up {tally.dead}.",
            soft_wrap=True,
        )
    if tally.written < asked:
        hint(f"See why: muster crm log{in_place(workspace)}", quiet=quiet)
        raise typer.Exit(LOOK)


def _tell(found: Preview, states: dict[str, str], *, quiet: bool) -> None:
    shown = [
        [
            Text(clean(cell))
            for cell in (
                f"{one.object} {one.record_id}",
                one.field,
                "" if one.old is None else str(one.old),
                "" if one.new is None else str(one.new),
                _FATES[one.fate],
            )
        ]
        for one in found.changes[:LINES]
    ]
    if shown:
        results().print(
            table(("record", "field", "holds", "should say", "what becomes of it"), shown, right=set())
        )
    counts = ", ".join(f"{found.count(fate)} {said}" for fate, said in _FATES.items())
    results().print(f"{counts}; {found.same_count} say it already. Run {found.run_id}.", soft_wrap=True)
    results().print(clean(", ".join(f"{name} is {state}" for name, state in states.items())), soft_wrap=True)
    if len(found.changes) > LINES:
        hint(f"{len(found.changes) - LINES} more are not shown; see them with --json.", quiet=quiet)


app.add_typer(crm_log.app)

# ruff: noqa: PLC0415  commands start fast: what they need is imported by the command that needs it
"""`muster crm`: what is known of buying groups, written back onto records that the CRM has already."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from muster.cli.endings import FINE, LOOK
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.screen import clean, hint, print_json, results, table

if TYPE_CHECKING:
    from muster.writing_back import Preview

app = typer.Typer(
    no_args_is_help=True,
    help="Write what is known of groups back onto records that the CRM has already.",
)
_LINES = 40  # of changes on the screen
_FATES = {
    "write": "would be written",
    "theirs": "theirs: stays as it is",
    "missing": "no such open record in the CRM",
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
    from muster.workspace import open_workspace
    from muster.writing_back import preview
    from muster.writing_back.salesforce import Salesforce

    opened = open_workspace(workspace)
    found = preview(opened.folder, opened.config, Salesforce(opened.config.crm_write_back))
    if json:
        print_json(asdict(found))
    else:
        _tell(found, quiet=quiet)
    raise typer.Exit(LOOK if found.count("theirs") or found.count("missing") else FINE)


def _tell(found: Preview, *, quiet: bool) -> None:
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
        for one in found.changes[:_LINES]
    ]
    if shown:
        results().print(
            table(("record", "field", "holds", "should say", "what becomes of it"), shown, right=set())
        )
    counts = ", ".join(f"{found.count(fate)} {said}" for fate, said in _FATES.items())
    results().print(f"{counts}; {found.same_count} say it already. Run {found.run_id}.", soft_wrap=True)
    if len(found.changes) > _LINES:
        hint(f"{len(found.changes) - _LINES} more are not shown; see them with --json.", quiet=quiet)

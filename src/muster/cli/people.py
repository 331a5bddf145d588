# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster people`: decide who is who, and take it back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from muster.cli.deciding import Words, decision_commands
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.screen import clean, hint, print_json, results, table

if TYPE_CHECKING:
    from muster.deciding.subjects import Identity

_LINES = 40  # of the log on the screen
_WORDS = Words(
    command="people",
    about="Decide who is who, and take it back; the next run applies it.",
    anything="A record's id, a person's id or an e-mail address of the last run.",
    record="A record's id, or what one record alone has: a person's id, an address.",
    merge="Decide that two records, people or addresses are one person.\n\n"
    "It is kept in the workspace's store, which every run reads.",
    merge_example='00Q5e001 ana@acme.example --reason "her old address"',
    split="Decide that two records are two people, whatever rule or likeness joins them.\n\n"
    "Further records of the person stay with the one of the two they are tied to.",
    split_example="00Q5e001 0035e0001 --reason namesakes",
    listed="List every decision about who is who, oldest first, and what became of it.",
)


def _people() -> Identity:
    from muster.deciding.people import PEOPLE

    return PEOPLE


app = decision_commands(_WORDS, _people)


@app.command(epilog=examples("muster people log", "muster people log --about ana@acme.example"))
def log(
    *,
    about: Annotated[
        str,
        typer.Option("--about", metavar="ID", help="Only one id, record, address or domain."),
    ] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="Also ids that are new or gone, and every line.")
    ] = False,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Tell which ids of people and accounts were merged or split, by which run, and why.

    Every run compares its ids with those before; nothing else changes one.
    """
    from muster.identity.change_log import read_log
    from muster.identity.changes import is_about
    from muster.workspace import open_workspace

    known = [k for k in read_log(open_workspace(workspace).folder) if not about or is_about(k.change, about)]
    if json:
        print_json([{"run_id": k.run_id, "at": k.at, "as_of": k.as_of} | asdict(k.change) for k in known])
        return
    told = known if everything or about else [k for k in known if k.change.kind in ("merge", "split")]
    shown = told if everything else told[-_LINES:]
    if not shown:
        hint("No id was merged or split yet. See new ones with: muster people log --all", quiet=quiet)
        return
    columns = ("run", "what", "kind", "old id", "new id", "records", "reason")
    rows = [
        (
            *(k.run_id, k.change.what, k.change.kind, k.change.old_id or "", k.change.new_id or ""),
            *(_records(k.change.records, k.change.count), k.change.reason),
        )
        for k in shown
    ]
    results().print(table(columns, [[Text(clean(cell)) for cell in row] for row in rows], right=set()))
    if len(shown) < len(told):
        hint(f"{len(told) - len(shown)} earlier ones are not shown; see them with --all.", quiet=quiet)


def _records(records: tuple[str, ...], count: int) -> str:
    """The first of them, and how many more."""
    named = ", ".join(records[:3])
    more = count - len(records[:3])
    return f"{named} and {more} more" if named and more else named or str(count)

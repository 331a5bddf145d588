# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster people`: decide who is who, and take it back."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples, in_place
from muster.cli.screen import clean, hint, print_json, results, table

if TYPE_CHECKING:
    from muster.lab.decide import Decided

app = typer.Typer(no_args_is_help=True, help="Decide who is who, and take it back; the next run applies it.")

ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept with the decision.")]
ByOption = Annotated[
    str, typer.Option("--by", metavar="NAME", help="Who decides.", show_default="your user name")
]
_ANY = "A record's id, a person's id or an e-mail address of the last run."
_RECORD = "A record's id, or what one record alone has: a person's id, an address."


@app.command(
    epilog=examples('muster people merge 00Q5e001 ana@acme.example --reason "her old address"'),
)
def merge(
    one: Annotated[str, typer.Argument(metavar="A", help=_ANY)],
    other: Annotated[str, typer.Argument(metavar="B", help=_ANY)],
    *,
    reason: ReasonOption = "",
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Decide that two records, people or addresses are one person.

    A row is added to decisions.csv in the workspace, which every run reads.
    """
    from muster.lab import decide
    from muster.workspace import open_workspace

    told = decide.merge(open_workspace(workspace), one, other, reason=reason, by=by or _user())
    _tell(told, workspace, json=json, quiet=quiet)


@app.command(epilog=examples("muster people split 00Q5e001 0035e0001 --reason namesakes"))
def split(
    one: Annotated[str, typer.Argument(metavar="RECORD_A", help=_RECORD)],
    other: Annotated[str, typer.Argument(metavar="RECORD_B", help=_RECORD)],
    *,
    reason: ReasonOption = "",
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Decide that two records are two people, whatever rule or likeness joins them.

    Further records of the person stay with the one of the two they are tied to.
    """
    from muster.lab import decide
    from muster.workspace import open_workspace

    told = decide.split(open_workspace(workspace), one, other, reason=reason, by=by or _user())
    _tell(told, workspace, json=json, quiet=quiet)


@app.command(epilog=examples("muster people undo d000003", "muster people undo d000003-20260301T093000Z"))
def undo(
    decision: Annotated[
        str, typer.Argument(metavar="DECISION_ID", help="The id of a decision, or its beginning.")
    ],
    *,
    reason: ReasonOption = "",
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make a decision as if it had never been: the tables come back to the same bytes.

    The decision stays in decisions.csv, and so does that it was undone.
    """
    from muster.lab import decide
    from muster.workspace import open_workspace

    told = decide.undo(open_workspace(workspace), decision, reason=reason, by=by or _user())
    _tell(told, workspace, json=json, quiet=quiet)


@app.command(epilog=examples("muster people decisions", "muster people decisions --json | jq '.[].state'"))
def decisions(
    *,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List every decision about who is who, oldest first, and what became of it."""
    from muster.lab import decide
    from muster.workspace import open_workspace

    known = decide.decisions(open_workspace(workspace))
    if json:
        print_json([asdict(k.decision) | {"state": k.state} for k in known])
        return
    if not known:
        hint("Nothing was decided yet. Decide with: muster people merge, muster people split", quiet=quiet)
        return
    columns = ("decision", "kind", "about", "and", "state", "by", "as of", "reason")
    rows = [
        (
            *(k.decision.decision_id, k.decision.kind, k.decision.subject_id, k.decision.other_id),
            *(k.state, k.decision.decided_by, k.decision.decided_at, k.decision.reason),
        )
        for k in known
    ]
    results().print(table(columns, [[Text(clean(cell)) for cell in row] for row in rows], right=set()))


def _tell(told: Decided, workspace: Path, *, json: bool, quiet: bool) -> None:
    if json:
        decision = {
            "decision": asdict(told.decision),
            "is_new": told.is_new,
            "people": [asdict(person) for person in told.people],
            "buying_groups": told.group_count,
            "says": told.says,
        }
        print_json(decision)
        return
    screen = results()
    about = " and ".join(part for part in (told.decision.subject_id, told.decision.other_id) if part)
    screen.print(clean(f"{told.decision.decision_id}: {told.decision.kind} {about}"), soft_wrap=True)
    for person in told.people:
        groups = f"{person.groups} buying group{'s' * (person.groups != 1)}"
        screen.print(clean(f"  {person.shown}, in {groups}"), soft_wrap=True)
    count = told.group_count
    screen.print(f"  {count} buying group{'s' * (count != 1)} of the last run concerned. {told.says}")
    if told.is_new:
        hint(f"Apply it: muster run{in_place(workspace)}", quiet=quiet)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""

# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""The commands by which people decide who is who, the same for people and for accounts, and take it back.

Annotations are read while a command is made, since they hold its words; so they are not postponed.
"""

import getpass
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples, in_place
from muster.cli.screen import clean, hint, print_json, results, table

if TYPE_CHECKING:
    from muster.deciding.decided import Decided
    from muster.deciding.subjects import Identity, Matter

ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept with the decision.")]
ByOption = Annotated[
    str, typer.Option("--by", metavar="NAME", help="Who decides.", show_default="your user name")
]
DecisionArgument = Annotated[
    str, typer.Argument(metavar="DECISION_ID", help="The id of a decision, its beginning or its last part.")
]


@dataclass(frozen=True, slots=True)
class Words:
    """What the help says: of the group, of what may be named, of merge, split and the list."""

    command: str
    about: str
    anything: str
    record: str
    merge: str
    merge_example: str
    split: str
    split_example: str
    listed: str


def decision_commands(words: Words, matter: "Callable[[], Identity]") -> typer.Typer:
    """The commands merge, split, undo and decisions for people or for accounts."""
    app = typer.Typer(no_args_is_help=True, help=words.about)
    named = f"muster {words.command}"

    @app.command(help=words.merge, epilog=examples(f"{named} merge {words.merge_example}"))
    def merge(
        one: Annotated[str, typer.Argument(metavar="A", help=words.anything)],
        other: Annotated[str, typer.Argument(metavar="B", help=words.anything)],
        *,
        reason: ReasonOption = "",
        by: ByOption = "",
        workspace: WorkspaceOption = Path(),
        json: JsonOption = False,
        quiet: QuietOption = False,
    ) -> None:
        from muster.deciding import who_is_who as decide
        from muster.workspace import open_workspace

        about, opened = matter(), open_workspace(workspace)
        told = decide.merge(opened, one, other, about=about, reason=reason, by=by or user_name())
        tell_decided(told, about, workspace, json=json, quiet=quiet)

    @app.command(help=words.split, epilog=examples(f"{named} split {words.split_example}"))
    def split(
        one: Annotated[str, typer.Argument(metavar="RECORD_A", help=words.record)],
        other: Annotated[str, typer.Argument(metavar="RECORD_B", help=words.record)],
        *,
        reason: ReasonOption = "",
        by: ByOption = "",
        workspace: WorkspaceOption = Path(),
        json: JsonOption = False,
        quiet: QuietOption = False,
    ) -> None:
        from muster.deciding import who_is_who as decide
        from muster.workspace import open_workspace

        about, opened = matter(), open_workspace(workspace)
        told = decide.split(opened, one, other, about=about, reason=reason, by=by or user_name())
        tell_decided(told, about, workspace, json=json, quiet=quiet)

    put_taking_back(app, words.command, words.listed, matter)
    return app


def put_taking_back(app: typer.Typer, command: str, listed: str, matter: "Callable[[], Matter]") -> None:
    """Give a group of commands `undo` and `decisions`."""
    named = f"muster {command}"

    @app.command(epilog=examples(f"{named} undo 5f0c91aa", f"{named} undo d20260301T093000250000Z-5f0c91aa"))
    def undo(
        decision: DecisionArgument,
        *,
        reason: ReasonOption = "",
        by: ByOption = "",
        workspace: WorkspaceOption = Path(),
        json: JsonOption = False,
        quiet: QuietOption = False,
    ) -> None:
        """Make a decision as if it had never been: the tables come back to the same bytes.

        The decision stays in the store, and so does that it was undone.
        """
        from muster.deciding.decided import undo as take_back
        from muster.workspace import open_workspace

        about, opened = matter(), open_workspace(workspace)
        told = take_back(opened, decision, about=about, reason=reason, by=by or user_name())
        tell_decided(told, about, workspace, json=json, quiet=quiet)

    listing = (f"{named} decisions", f"{named} decisions --json | jq '.[].state'")

    @app.command(help=listed, epilog=examples(*listing))
    def decisions(
        *,
        workspace: WorkspaceOption = Path(),
        json: JsonOption = False,
        quiet: QuietOption = False,
    ) -> None:
        _tell_all(matter(), workspace, json=json, quiet=quiet)


def tell_decided(told: "Decided", about: "Matter", workspace: Path, *, json: bool, quiet: bool) -> None:
    """Say what was decided, about whom, and what the next run will make of it."""
    if json:
        decision = {
            "decision": asdict(told.decision),
            "is_new": told.is_new,
            about.holders: [asdict(holder) for holder in told.holders],  # type: ignore[call-overload]
            "buying_groups": told.group_count,
            "says": told.says,
        }
        print_json(decision)
        return
    screen = results()
    screen.print(clean(f"{told.decision.decision_id}: {told.decision.says}"), soft_wrap=True)
    for holder in told.holders:
        groups = f"{holder.groups} buying group{'s' * (holder.groups != 1)}"
        screen.print(clean(f"  {holder.shown}, in {groups}"), soft_wrap=True)
    count = told.group_count
    screen.print(f"  {count} buying group{'s' * (count != 1)} of the last run concerned. {told.says}")
    if told.is_new:
        hint(f"Apply it: muster run{in_place(workspace)}", quiet=quiet)


def _tell_all(about: "Matter", workspace: Path, *, json: bool, quiet: bool) -> None:
    """List every decision about people, accounts or roles, and what became of it."""
    from muster.deciding.decided import decisions
    from muster.workspace import open_workspace

    known = decisions(open_workspace(workspace), about)
    if json:
        print_json([asdict(k.decision) | {"state": k.state} for k in known])
        return
    if not known:
        hint(f"Nothing was decided yet. Decide with: {', '.join(about.commands)}", quiet=quiet)
        return
    columns = ("decision", "kind", "about", "and", "as", "state", "by", "as of", "reason")
    rows = [
        (
            *(k.decision.decision_id, k.decision.kind, k.decision.subject_id, k.decision.other_id),
            *(k.decision.value, k.state, k.decision.decided_by, k.decision.decided_at, k.decision.reason),
        )
        for k in known
    ]
    results().print(table(columns, [[Text(clean(cell)) for cell in row] for row in rows], right=set()))


def user_name() -> str:
    """Who decides unless --by says so."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""

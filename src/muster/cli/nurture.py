"""`muster nurture`: who is known and not in a buying cycle, and what to do about it.

Annotations are read while a command is made; so they are not postponed.
"""
# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them

import json as json_format
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.rows import to_json
from muster.cli.screen import clean, hint, print_json, results, table
from muster.problems import WrongUse

if TYPE_CHECKING:
    from muster.engine.published import Published
    from muster.reports.nurturing import Wanted

app = typer.Typer(
    no_args_is_help=True,
    help="See who is not in a buying cycle: why not, what would change it, what to offer next and when to "
    "look again; and what a hold-out could see, before it begins.",
)
_LINES = 40  # of a list on the screen
AccountOption = Annotated[
    str, typer.Option("--account", metavar="TEXT", help="Only accounts of this id, or with this in the name.")
]
SolutionOption = Annotated[str, typer.Option("--solution", metavar="ID", help="Only this solution.")]
AllOption = Annotated[bool, typer.Option("--all", help="Every line.")]


@app.command(
    "list",
    epilog=examples(
        "muster nurture list --due 2026-01-31",
        "muster nurture list --account acme --json",
        "muster nurture list --left --solution frames",
    ),
)
def list_them(
    *,
    group: Annotated[str, typer.Option("--group", metavar="ID", help="Only one buying group.")] = "",
    account: AccountOption = "",
    solution: SolutionOption = "",
    due: Annotated[
        datetime | None,
        typer.Option(
            "--due", metavar="YYYY-MM-DD", formats=["%Y-%m-%d"], help="Only whom to look at by a day."
        ),
    ] = None,
    gone: Annotated[
        bool, typer.Option("--left", help="Those that left instead: why, and by what evidence.")
    ] = False,
    everything: AllOption = False,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List groups that nobody works now, those first that lack the least."""
    from muster.reports.nurturing import Wanted, left, waiting

    if gone and due:
        raise WrongUse("Who left is not looked at again.", remedy="Ask for --left or for --due.")
    published = _published(workspace)
    wanted = Wanted(group, account, solution, due)
    _check(published, wanted)
    rows = (left if gone else waiting)(published, wanted)
    columns = (
        ("buying_group_id", "account", "solution_id", "left_at", "ended_because", "ended_by")
        if gone
        else (
            "buying_group_id",
            "account",
            "solution_id",
            "why_not",
            "would_change",
            "offer",
            "look_again_at",
        )
    )
    none = "No group left nurture." if gone else "No group waits."
    _tell(rows, columns, none=none, everything=everything, json=json, quiet=quiet)


@app.command(epilog=examples("muster nurture early --solution frames", "muster nurture early --json"))
def early(
    *,
    account: AccountOption = "",
    solution: SolutionOption = "",
    everything: AllOption = False,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List accounts that show interest and have no group yet, with what would make one."""
    from muster.reports.nurturing import Wanted
    from muster.reports.nurturing import early as found

    published = _published(workspace)
    wanted = Wanted(account=account, solution=solution)
    _check(published, wanted)
    columns = ("account_id", "account", "solution_id", "reason", "would_change", "offer", "fades_at")
    rows, none = found(published, wanted), "Nobody shows interest alone."
    _tell(rows, columns, none=none, everything=everything, json=json, quiet=quiet)


@app.command(
    epilog=examples("muster nurture experiments", "muster nurture experiments newsletter --json > arms.json")
)
def experiments(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="One of them: the arm of each account.")] = "",
    *,
    everything: AllOption = False,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Say what each hold-out of rules/experiments.csv could see, and who is in which arm by lot."""
    from muster.reports.nurturing import arms
    from muster.reports.nurturing import experiments as found

    published = _published(workspace)
    drawn = found(published)
    if not drawn and not name:
        none = "No experiment is in rules/experiments.csv. How: docs/how-to/nurture.md"
        _tell([], (), none=none, everything=everything, json=json, quiet=quiet)
        return
    if name and name not in {row["experiment"] for row in drawn}:
        there = ", ".join(row["experiment"] for row in drawn) or "none"
        raise WrongUse(f"There is no experiment {name}.", remedy=f"In the last run: {there}.")
    if not name:
        columns = ("experiment", "starts_at", "holdout_count", "treated_count", "sentence")
        _tell(drawn, columns, none="", everything=everything, json=json, quiet=quiet)
        return
    power = next(row["sentence"] for row in drawn if row["experiment"] == name)
    hint(f"{name}: {power}.", quiet=quiet)
    rows, none = arms(published, name), "No account is in it yet."
    shown = ("account_id", "account", "arm", "drawn_at")
    _tell(rows, shown, none=none, everything=everything, json=json, quiet=quiet)


def _published(workspace: Path) -> "Published":
    from muster.workspace import open_workspace

    return open_workspace(workspace).published


def _check(published: "Published", wanted: "Wanted") -> None:
    """Raises WrongUse for a group or solution that the run does not know, where no row would mislead."""
    for asked, column, noun in (
        (wanted.group, "buying_group_id", "buying group"),
        (wanted.solution, "solution_id", "solution"),
    ):
        if not asked:
            continue
        sql = f"SELECT DISTINCT g.{column} AS id FROM buying_group AS g ORDER BY 1"
        there = published.arrow(sql).column("id").to_pylist()
        if asked not in there:
            known = (
                f"There are: {', '.join(there)}." if noun == "solution" else "All: muster nurture list --all"
            )
            raise WrongUse(f"The last run has no {noun} {asked}.", remedy=known)


def _tell(
    rows: list[dict[str, Any]],
    columns: Sequence[str],
    *,
    none: str,
    everything: bool,
    json: bool,
    quiet: bool,
) -> None:
    if json:
        print_json(json_format.loads(to_json(rows)))
        return
    if not rows:
        hint(none, quiet=quiet)
        return
    shown = rows if everything else rows[:_LINES]
    cells = [[Text(clean(_cell(row, name))) for name in columns] for row in shown]
    right = {place for place, name in enumerate(columns) if name.endswith("_count")}
    results().print(table([name.replace("_", " ") for name in columns], cells, right=right))
    if len(rows) > len(shown):
        hint(f"{len(rows) - len(shown):,} more; see them with --all.", quiet=quiet)


def _cell(row: dict[str, Any], name: str) -> str:
    if name == "offer":
        why = row.get("next_reason") or (row["next_buying_job"] and f"for {row['next_buying_job']}")
        content = row["next_content_id"] or "nothing left to offer"
        return f"{content}: {why}" if row["next_content_id"] and why else content
    if name == "why_not":  # its score is that of the day it began, what it lacks that of today
        return f"{row['reason']}, since {row['since']:%Y-%m-%d}"
    value = row[name]
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    return "" if value is None else str(value)

# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster report credit`: where won dollars are credited, who began deals, what programmes did."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.report_pages import Outlet, OutputOption, TextOption, write_out
from muster.cli.screen import clean, print_json, results, table
from muster.cli.waiting import wait_for
from muster.problems import WrongUse

if TYPE_CHECKING:
    from muster.reports.sheets import BoardPack, Sheet
    from muster.workspace import Workspace

EXAMPLES = examples(
    "muster report credit",
    "muster report credit --by role",
    "muster report credit --by program --json | jq .[0].foot",
)


def credit(
    *,
    workspace: WorkspaceOption = Path(),
    by: Annotated[
        str | None,
        typer.Option(
            metavar="WHAT",
            help="Print one table: tactic, program, campaign, channel, content, role, job, stage or region.",
            show_default="a report of all",
        ),
    ] = None,
    output: OutputOption = None,
    text: TextOption = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write where won dollars are credited, who touched and began deals, and what programmes did.

    Credit divides won dollars by a rule. It is not what would have been lost without the programme.
    """
    from muster.reports.board import board_json
    from muster.workspace import open_workspace

    opened = open_workspace(workspace)
    if by is None:
        usual = opened.folder / "reports" / "credit.html"
        write_out(lambda: _crediting(opened), usual, Outlet(output, text, json), quiet=quiet)
        return
    if output is not None:
        raise WrongUse("A table goes to standard output.", remedy="Leave out -o, and redirect it with: >")
    sheets = wait_for(lambda: _credit_by(opened, by), saying="Adding credit up", quiet=quiet)
    if json:
        print_json([board_json(sheet) for sheet in sheets])
    else:
        _print(sheets)


def _print(sheets: tuple[Sheet, ...]) -> None:
    from muster.reports.values import show

    screen = results()
    for sheet in sheets:
        screen.print(sheet.title, style="bold", soft_wrap=True)
        lines = [*sheet.rows, *([sheet.foot] if sheet.foot else [])]
        if lines:
            cells = [[Text(clean(show(cell))) for cell in line] for line in lines]
            screen.print(
                table([c.label for c in sheet.columns], cells, right=set(range(1, len(sheet.columns))))
            )
        screen.print(sheet.note if lines else sheet.empty, soft_wrap=True)
        screen.print()


def _credit_by(workspace: Workspace, by: str) -> tuple[Sheet, ...]:
    from muster.reports.crediting import credit_by

    return credit_by(workspace.published.folder, by, currency=workspace.config.company.currency)


def _crediting(workspace: Workspace) -> BoardPack:
    from muster.reports.crediting import crediting

    company, published = workspace.config.company, workspace.published
    return crediting(
        published.folder, company=company.name, currency=company.currency, manifest=published.manifest
    )

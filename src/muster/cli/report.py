# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster report`: what is shown to people who do not read tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.report_board import EXAMPLES as BOARD_EXAMPLES
from muster.cli.report_board import board
from muster.cli.report_credit import EXAMPLES as CREDIT_EXAMPLES
from muster.cli.report_credit import credit
from muster.cli.report_pages import Asked, Outlet, OutputOption, TextOption, put_reports, tell, write_out

if TYPE_CHECKING:
    from muster.reports.sheets import BoardPack
    from muster.workspace import Workspace

DEFECT_EXAMPLES = examples(
    "muster report defects",
    "muster report defects -o quality.html",
    "muster report defects --json | jq .pages[1].sentence",
)
GROUP_EXAMPLES = examples("muster report group GROUP_ID", "muster report group GROUP_ID --text")
app = typer.Typer(no_args_is_help=True, help="Write a report from the published tables.")
app.command(epilog=BOARD_EXAMPLES)(board)
app.command(epilog=CREDIT_EXAMPLES)(credit)
put_reports(app)


@app.command(epilog=GROUP_EXAMPLES)
def group(
    group_id: Annotated[str, typer.Argument(metavar="ID", help="A buying_group_id.")],
    *,
    workspace: WorkspaceOption = Path(),
    output: OutputOption = None,
    text: TextOption = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write one buying group: why now, its people and roles, its statuses, what sales was told."""
    from muster.reports.group_report import group_pages

    asked = Asked("Buying group", f"group-{group_id}", group_pages(group_id))
    tell(asked, workspace, Outlet(output, text, json), quiet=quiet)


@app.command(epilog=DEFECT_EXAMPLES)
def defects(
    *,
    workspace: WorkspaceOption = Path(),
    output: OutputOption = None,
    text: TextOption = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write what is wrong with hand-offs: defects, control charts, follow-up, drift, signs in lead counts."""
    from muster.workspace import open_workspace

    opened = open_workspace(workspace)
    usual = opened.folder / "reports" / "defects.html"
    write_out(lambda: read_defects(opened), usual, Outlet(output, text, json), quiet=quiet)


def read_defects(workspace: Workspace) -> BoardPack:
    """The report on hand-offs, to the as-of date of the last run."""
    from muster.reports.defects import defects as pages_of

    company, published = workspace.config.company, workspace.published
    return pages_of(
        published.folder, company=company.name, currency=company.currency, manifest=published.manifest
    )

# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster report`: what is shown to people who do not read tables."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.screen import print_json, results
from muster.cli.waiting import wait_for
from muster.problems import WrongUse

if TYPE_CHECKING:
    from muster.engine.published import Published
    from muster.reports.sheets import BoardPack
    from muster.workspace import Workspace

EXAMPLES = examples(
    "muster report board",
    "muster report board --period 2025-Q3 -o board.html",
    "muster report board --json | jq .pages[0].sentence",
)
DEFECT_EXAMPLES = examples(
    "muster report defects",
    "muster report defects -o quality.html",
    "muster report defects --json | jq .pages[1].sentence",
)
_FIRST_RECORD = """
SELECT MIN(r.first_at) AS first FROM (
    SELECT MIN(o.created_at) AS first_at FROM known_opportunity AS o
    UNION ALL SELECT MIN(o.closed_at) FROM known_opportunity AS o
    UNION ALL SELECT MIN(e.occurred_at) FROM resolved_engagement AS e
) AS r
"""
app = typer.Typer(no_args_is_help=True, help="Write a report from the published tables.")


@app.command(epilog=EXAMPLES)
def board(
    *,
    workspace: WorkspaceOption = Path(),
    period: Annotated[
        str | None,
        typer.Option(metavar="QUARTER", help="As in 2025-Q3.", show_default="the last full quarter"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The file.", show_default="reports/board-QUARTER.html"
        ),
    ] = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write the board pack: one HTML file that needs nothing else. Prints its path."""
    from muster.workspace import open_workspace

    opened = open_workspace(workspace)
    if json and output is None:
        print_json(wait_for(lambda: _facts(opened, period), saying="Reading the figures", quiet=quiet))
        return
    if json:
        raise WrongUse("--json goes to standard output.", remedy="Leave out -o, and redirect it with: >")
    if output is not None and output.is_dir():
        raise WrongUse(f"{output} is a folder.", remedy=f"Name a file, as in: -o {output / 'board.html'}")
    written = wait_for(
        lambda: write_board(opened, period=period, to=output), saying="Writing the board pack", quiet=quiet
    )
    results().print(str(written), soft_wrap=True)


@app.command(epilog=DEFECT_EXAMPLES)
def defects(
    *,
    workspace: WorkspaceOption = Path(),
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The file.", show_default="reports/defects.html"),
    ] = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write what is wrong with hand-offs: defects, control charts, follow-up, drift, signs in lead counts."""
    from muster.reports.board import board_json
    from muster.workspace import open_workspace

    opened = open_workspace(workspace)
    if json and output is None:
        print_json(wait_for(lambda: board_json(_defects(opened)), saying="Reading the figures", quiet=quiet))
        return
    if json:
        raise WrongUse("--json goes to standard output.", remedy="Leave out -o, and redirect it with: >")
    if output is not None and output.is_dir():
        raise WrongUse(f"{output} is a folder.", remedy=f"Name a file, as in: -o {output / 'defects.html'}")
    target = output or opened.folder / "reports" / "defects.html"
    wait_for(lambda: _write(_defects(opened), target), saying="Writing the report", quiet=quiet)
    results().print(str(target), soft_wrap=True)


def _defects(workspace: Workspace) -> BoardPack:
    from muster.reports.defects import defects as read_defects

    company, published = workspace.config.company, workspace.published
    return read_defects(
        published.folder, company=company.name, currency=company.currency, manifest=published.manifest
    )


def write_board(workspace: Workspace, *, period: str | None = None, to: Path | None = None) -> Path:
    """Write the pack of a quarter; the file appears whole or not at all."""
    pack = _pack(workspace, period)
    return _write(pack, to or workspace.folder / "reports" / f"board-{pack.period}.html")


def _write(pack: BoardPack, target: Path) -> Path:
    from muster.reports.page import render

    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.new")
    draft.write_text(render(pack), "utf-8")
    draft.replace(target)
    return target


def _facts(workspace: Workspace, period: str | None) -> dict[str, object]:
    from muster.reports.board import board_json

    return board_json(_pack(workspace, period))


def _pack(workspace: Workspace, period: str | None) -> BoardPack:
    from muster.reports.board import board as read_board

    company, published = workspace.config.company, workspace.published
    if period is not None:
        _refuse_before_the_beginning(published, period)
    return read_board(
        published.folder,
        company=company.name,
        currency=company.currency,
        period=period,
        manifest=published.manifest,
    )


def _refuse_before_the_beginning(published: Published, period: str) -> None:
    """Raise WrongUse for a quarter before the first record: a page of zeros would look like a finding."""
    from muster.reports.quarter import last_full_quarter, quarter_of, read_quarter

    as_of = datetime.fromisoformat(published.manifest["as_of"]).date()
    quarter = read_quarter(period, as_of=as_of)
    first = published.arrow(_FIRST_RECORD).to_pylist()[0]["first"]
    if first is None or quarter >= quarter_of(first.date()):
        return
    last = last_full_quarter(as_of)
    raise WrongUse(
        f"{quarter.label} lies before the first record: there is nothing to report.",
        remedy=f"There are quarters from {quarter_of(first.date())} to {last}, as in: --period {last}",
    )

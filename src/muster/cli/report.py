# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster report`: what is shown to people who do not read tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.report_credit import EXAMPLES as CREDIT_EXAMPLES
from muster.cli.report_credit import credit
from muster.cli.screen import clean, hint, notes, print_json, results, table
from muster.cli.waiting import wait_for
from muster.problems import WrongUse

if TYPE_CHECKING:
    from muster.engine.published import Published
    from muster.reports.formats.written import Files
    from muster.reports.frozen.snapshot import Snapshot
    from muster.reports.report import Pages
    from muster.reports.sheets import BoardPack
    from muster.workspace import Workspace

EXAMPLES = examples(
    "muster report board",
    "muster report board --period 2025-Q3 --notes notes.txt",
    'muster report board --override "Dana Ruiz: row 812 is mended next week"',
    "muster report board --list",
    "muster report board --snapshot 2025-Q3-1f0c9a2e41 -o board.pptx",
    "muster report board --json | jq .pages[0].sentence",
)
DEFECT_EXAMPLES = examples(
    "muster report defects",
    "muster report defects -o quality.html",
    "muster report defects --json | jq .pages[1].sentence",
)
PROGRAM_EXAMPLES = examples("muster report programs", "muster report programs --period 2025-Q3 --text")
GROUP_EXAMPLES = examples("muster report group GROUP_ID", "muster report group GROUP_ID --text")
QUALITY_EXAMPLES = examples("muster report data-quality", "muster report data-quality --json | jq .pages[0]")
LIFT_EXAMPLES = examples(
    "muster report lift", "muster report lift --text", "muster report lift --json | jq .pages[0].sentence"
)
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="The file: .html, .pdf, .pptx or .xlsx.",
        show_default="reports/NAME.html",
    ),
]
TextOption = Annotated[bool, typer.Option("--text", help="Write plain text to standard output.")]
_FIRST_RECORD = """
SELECT MIN(r.first_at) AS first FROM (
    SELECT MIN(o.created_at) AS first_at FROM known_opportunity AS o
    UNION ALL SELECT MIN(o.closed_at) FROM known_opportunity AS o
    UNION ALL SELECT MIN(e.occurred_at) FROM resolved_engagement AS e
) AS r
"""
app = typer.Typer(no_args_is_help=True, help="Write a report from the published tables.")
app.command(epilog=CREDIT_EXAMPLES)(credit)


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
            "--output",
            "-o",
            metavar="PATH",
            help="A folder for all four files, or one file: .html, .pdf, .pptx or .xlsx.",
            show_default="reports/",
        ),
    ] = None,
    notes: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Notes for page 1: text, or a file that holds it.")
    ] = None,
    ask: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="A decision asked of the board, for page 6. Can be repeated."),
    ] = None,
    override: Annotated[
        str | None,
        typer.Option(
            metavar='"NAME: REASON"', help="Let a pack out whose check is red; the pack prints who and why."
        ),
    ] = None,
    snapshot: Annotated[
        str | None, typer.Option(metavar="ID", help="Write the files of a frozen pack again, as it was.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the frozen packs, oldest first.")] = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Freeze the board pack of a quarter and write it as HTML, PDF, slides and workbook. Prints their paths.

    The figures are kept under snapshots/ with an id; the same id always gives the same figures. Booked
    revenue must agree with the CRM, or every opportunity between them must have a reason: a red check ends
    with exit code 1 and names the rows.
    """
    from muster.workspace import open_workspace

    opened = open_workspace(workspace)
    if list_:
        _list(opened, json=json)
        return
    if snapshot is not None and (period or notes or ask or override):
        raise WrongUse(
            "A frozen pack is written again as it is.",
            remedy="Leave out --period, --notes, --ask and --override, or leave out --snapshot.",
        )
    if json and output is not None:
        raise WrongUse("--json goes to standard output.", remedy="Leave out -o, and redirect it with: >")
    words = Words(notes=_text(notes), asks=tuple(ask or ()), override=override or "")
    frozen = wait_for(
        lambda: _frozen(opened, period=period, snapshot=snapshot, words=words),
        saying="Reading the figures",
        quiet=quiet,
    )
    if json:
        from muster.reports.board import board_json

        print_json(board_json(frozen.pack))
        return
    told = wait_for(
        lambda: write_files(frozen.pack, output or opened.folder / "reports"),
        saying="Writing the board pack",
        quiet=quiet,
    )
    for path in told.written:
        results().print(str(path), soft_wrap=True)
    for line in told.lacking:
        hint(line, quiet=quiet)
    hint(f"Snapshot {frozen.id}", quiet=quiet)
    if override and not frozen.pack.red:
        hint("Nothing was red: the override is not part of the pack.", quiet=quiet)


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
    from muster.reports.formats.written import write_one

    wait_for(lambda: write_one(_defects(opened), target), saying="Writing the report", quiet=quiet)
    results().print(str(target), soft_wrap=True)


@app.command(epilog=PROGRAM_EXAMPLES)
def programs(
    *,
    workspace: WorkspaceOption = Path(),
    period: Annotated[
        str | None,
        typer.Option(metavar="QUARTER", help="As in 2025-Q3.", show_default="the last full quarter"),
    ] = None,
    output: OutputOption = None,
    text: TextOption = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write what programmes reached, cost and are credited with, with intervals and lift. Prints its path."""
    from muster.reports.programs_report import programs_pages

    asked = Asked("Programmes", "programs", programs_pages, period, is_of_quarter=True)
    _tell(asked, workspace, Outlet(output, text, json), quiet=quiet)


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
    _tell(asked, workspace, Outlet(output, text, json), quiet=quiet)


@app.command("data-quality", epilog=QUALITY_EXAMPLES)
def data_quality(
    *,
    workspace: WorkspaceOption = Path(),
    output: OutputOption = None,
    text: TextOption = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write what became of every row, whether the money agrees with the CRM, and who was recognised."""
    from muster.reports.data_quality import quality_pages

    asked = Asked("Data quality", "data-quality", quality_pages)
    _tell(asked, workspace, Outlet(output, text, json), quiet=quiet)


@app.command(epilog=LIFT_EXAMPLES)
def lift(
    *,
    workspace: WorkspaceOption = Path(),
    output: OutputOption = None,
    text: TextOption = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write what experiments say would have been otherwise, what they could see, and what cannot be said."""
    from muster.reports.lift import lift_pages

    asked = Asked("Lift, from experiments", "lift", lift_pages)
    _tell(asked, workspace, Outlet(output, text, json), quiet=quiet)


@dataclass(frozen=True, slots=True)
class Asked:
    """A report to the as-of date: its title, the name of its file, its pages."""

    title: str
    name: str
    pages: Pages
    period: str | None = None
    is_of_quarter: bool = False


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where a report goes: a file, or standard output as text or JSON."""

    file: Path | None
    text: bool
    json: bool


def _tell(asked: Asked, folder: Path, outlet: Outlet, *, quiet: bool) -> None:
    from muster.reports.board import board_json
    from muster.reports.formats.written import write_one
    from muster.reports.report import report
    from muster.reports.text import text
    from muster.workspace import open_workspace

    if (outlet.text or outlet.json) and (outlet.file is not None or outlet.text == outlet.json):
        raise WrongUse(
            "One of -o, --text and --json says where a report goes.", remedy="Leave out the others."
        )
    opened = open_workspace(folder)
    company, published = opened.config.company, opened.published
    pack = wait_for(
        lambda: report(
            published.folder,
            title=asked.title,
            pages=asked.pages,
            company=company.name,
            currency=company.currency,
            manifest=published.manifest,
            period=asked.period,
            is_of_quarter=asked.is_of_quarter,
        ),
        saying="Reading the figures",
        quiet=quiet,
    )
    if outlet.json:
        print_json(board_json(pack))
        return
    if outlet.text:
        results().print(clean(text(pack), lines=True), soft_wrap=True)
        return
    target = outlet.file or opened.folder / "reports" / f"{asked.name}.html"
    if target.is_dir():
        raise WrongUse(f"{target} is a folder.", remedy=f"Name a file, as in: -o {target / 'report.html'}")
    results().print(str(write_one(pack, target)), soft_wrap=True)


def _defects(workspace: Workspace) -> BoardPack:
    from muster.reports.defects import defects as read_defects

    company, published = workspace.config.company, workspace.published
    return read_defects(
        published.folder, company=company.name, currency=company.currency, manifest=published.manifest
    )


@dataclass(frozen=True, slots=True)
class Words:
    """What the command was given for the pack in words."""

    notes: str = ""
    asks: tuple[str, ...] = ()
    override: str = ""


def write_board(workspace: Workspace) -> Path:
    """Freeze the last full quarter and write its HTML; the file appears whole or not at all."""
    from muster.reports.formats.written import write_one

    pack = _frozen(workspace, period=None, snapshot=None, words=Words()).pack
    return write_one(pack, workspace.folder / "reports" / f"board-{pack.period}.html")


def write_files(pack: BoardPack, target: Path) -> Files:
    """Write one file, or all four into a folder."""
    from muster.reports.formats.written import Files, write_all, write_one, writes

    if target.is_dir() or not target.suffix:
        return write_all(pack, target)
    if not writes(target):
        raise WrongUse(
            f"{target.name} is none of the kinds of file a pack is written as.",
            remedy="Name it .html, .pdf, .pptx or .xlsx, or name a folder for all four.",
        )
    return Files((write_one(pack, target),))


def _frozen(workspace: Workspace, *, period: str | None, snapshot: str | None, words: Words) -> Snapshot:
    from muster.reports.frozen.freezing import Written, freeze_board
    from muster.reports.frozen.snapshot import Shelf

    if snapshot is not None:
        return Shelf(workspace.folder).get(snapshot)
    company, published = workspace.config.company, workspace.published
    if period is not None:
        _refuse_before_the_beginning(published, period)
    return freeze_board(
        published.folder,
        workspace=workspace.folder,
        company=company.name,
        currency=company.currency,
        manifest=published.manifest,
        period=period,
        written=Written(words.notes, words.asks, words.override),
    )


def _list(workspace: Workspace, *, json: bool) -> None:
    from rich.text import Text

    from muster.reports.frozen.snapshot import Shelf, missing_from

    snapshots = Shelf(workspace.folder).all()
    kept = [snapshot.to_json() for snapshot in snapshots]
    if json:
        print_json(kept)
        return
    if not kept:
        results().print("No pack was frozen yet. Freeze one with: muster report board")
        return
    columns = ("Snapshot", "Frozen", "Known as of", "Restates", "Overridden by")
    rows = [
        [
            Text(str(k["id"])),
            Text(str(k["frozen_at"])),
            Text(str(k["as_of"])),
            Text(str(k["restated_count"])),
            Text(clean(str(k["override"] or ""))),
        ]
        for k in kept
    ]
    results().print(table(columns, rows, right={3}))
    for name in missing_from(snapshots):
        notes().print(f"{name} is named as an earlier pack and is no longer in snapshots/.", soft_wrap=True)


def _text(notes: str | None) -> str:
    """Notes as they were given, or what the file of that name holds."""
    if not notes:
        return ""
    try:
        return Path(notes).read_text("utf-8") if Path(notes).is_file() else notes
    except UnicodeDecodeError:
        raise WrongUse(f"{notes} is no text.", remedy="Save it as text in UTF-8.") from None
    except OSError:  # longer than a file's name may be
        return notes


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

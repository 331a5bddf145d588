# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster report board`: the pack of a quarter, frozen under an id, in four files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.screen import clean, hint, notes, print_json, results, table
from muster.cli.waiting import wait_for
from muster.problems import WrongUse

if TYPE_CHECKING:
    from muster.engine.published import Published
    from muster.reports.formats.written import Files
    from muster.reports.frozen.snapshot import Snapshot
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
_FIRST_RECORD = """
SELECT MIN(r.first_at) AS first FROM (
    SELECT MIN(o.created_at) AS first_at FROM known_opportunity AS o
    UNION ALL SELECT MIN(o.closed_at) FROM known_opportunity AS o
    UNION ALL SELECT MIN(e.occurred_at) FROM resolved_engagement AS e
) AS r
"""


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

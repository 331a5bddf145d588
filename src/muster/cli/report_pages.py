# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""Reports of a few pages, each written as one file, as text or as JSON, and not frozen.

Annotations are read while a command is made; so they are not postponed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.screen import clean, print_json, results
from muster.cli.waiting import wait_for
from muster.problems import WrongUse

if TYPE_CHECKING:
    from muster.reports.report import Pages
    from muster.reports.sheets import BoardPack

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
PeriodOption = Annotated[
    str | None,
    typer.Option("--period", metavar="QUARTER", help="As in 2025-Q3.", show_default="the last full quarter"),
]


@dataclass(frozen=True, slots=True)
class Report:
    """A report by its name on the command line: its title, what its help says, how its pages are found."""

    name: str
    title: str
    about: str
    pages: "Callable[[], Pages]"
    is_of_quarter: bool = False


def _programs() -> "Pages":
    from muster.reports.programs_report import programs_pages

    return programs_pages


def _conversion() -> "Pages":
    from muster.reports.conversion_report import conversion_pages

    return conversion_pages


def _customers() -> "Pages":
    from muster.reports.customers import customers_page

    return lambda tables, scope: (customers_page(tables, scope),)


def _goals() -> "Pages":
    from muster.reports.goals_report import goals_pages

    return goals_pages


def _quality() -> "Pages":
    from muster.reports.data_quality import quality_pages

    return quality_pages


def _lift() -> "Pages":
    from muster.reports.lift import lift_pages

    return lift_pages


REPORTS = (
    Report(
        "programs",
        "Programmes",
        "Write what programmes reached, moved and cost, job by job, with intervals, lift and goals met.",
        _programs,
        is_of_quarter=True,
    ),
    Report(
        "conversion",
        "Conversion and time",
        "Write how groups become revenue, how long it takes, and what is expected of what is open.",
        _conversion,
        is_of_quarter=True,
    ),
    Report(
        "customers",
        "Customers",
        "Write what customers bought, renewed and left, and who is about to buy something else.",
        _customers,
        is_of_quarter=True,
    ),
    Report(
        "goals",
        "Plan and actual",
        "Write what marketing and sales agreed on for a quarter, who owns it, and what it came to.",
        _goals,
        is_of_quarter=True,
    ),
    Report(
        "data-quality",
        "Data quality",
        "Write what became of every row, whether the money agrees with the CRM, and who was recognised.",
        _quality,
    ),
    Report(
        "lift",
        "Lift, from experiments",
        "Write what experiments say would have been otherwise, what they could see, and what cannot be said.",
        _lift,
    ),
)


def put_reports(app: typer.Typer) -> None:
    """Give the group of commands one for each of `REPORTS`."""
    for report in REPORTS:
        named = f"muster report {report.name}"
        if report.is_of_quarter:
            shown = examples(named, f"{named} --period 2025-Q3 --text")
            app.command(report.name, help=report.about, epilog=shown)(_of_quarter(report))
        else:
            shown = examples(named, f"{named} --text", f"{named} --json | jq .pages[0].sentence")
            app.command(report.name, help=report.about, epilog=shown)(_to_date(report))


def _of_quarter(report: Report) -> Callable[..., None]:
    def command(
        *,
        workspace: WorkspaceOption = Path(),
        period: PeriodOption = None,
        output: OutputOption = None,
        text: TextOption = False,
        json: JsonOption = False,
        quiet: QuietOption = False,
    ) -> None:
        asked = Asked(report.title, report.name, report.pages(), period, is_of_quarter=True)
        tell(asked, workspace, Outlet(output, text, json), quiet=quiet)

    return command


def _to_date(report: Report) -> Callable[..., None]:
    def command(
        *,
        workspace: WorkspaceOption = Path(),
        output: OutputOption = None,
        text: TextOption = False,
        json: JsonOption = False,
        quiet: QuietOption = False,
    ) -> None:
        asked = Asked(report.title, report.name, report.pages())
        tell(asked, workspace, Outlet(output, text, json), quiet=quiet)

    return command


@dataclass(frozen=True, slots=True)
class Asked:
    """A report to the as-of date: its title, the name of its file, its pages."""

    title: str
    name: str
    pages: "Pages"
    period: str | None = None
    is_of_quarter: bool = False


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where a report goes: a file, or standard output as text or JSON."""

    file: Path | None
    text: bool
    json: bool


def tell(asked: Asked, folder: Path, outlet: Outlet, *, quiet: bool) -> None:
    """Read a report's figures and write it where it was asked for."""
    from muster.reports.report import report
    from muster.workspace import open_workspace

    opened = open_workspace(folder)

    def read() -> "BoardPack":
        company, published = opened.config.company, opened.published
        return report(
            published.folder,
            title=asked.title,
            pages=asked.pages,
            company=company.name,
            currency=company.currency,
            manifest=published.manifest,
            period=asked.period,
            is_of_quarter=asked.is_of_quarter,
        )

    write_out(read, opened.folder / "reports" / f"{asked.name}.html", outlet, quiet=quiet)


def write_out(read: "Callable[[], BoardPack]", usual: Path, outlet: Outlet, *, quiet: bool) -> None:
    """Write a report to its usual file or the one named, or to standard output as text or JSON.

    Raises WrongUse where more than one of them was asked for, and for a folder.
    """
    from muster.reports.board import board_json
    from muster.reports.formats.written import write_one
    from muster.reports.text import text

    if (outlet.text or outlet.json) and (outlet.file is not None or outlet.text == outlet.json):
        raise WrongUse(
            "One of -o, --text and --json says where a report goes.", remedy="Leave out the others."
        )
    target = outlet.file or usual
    if target.is_dir():
        raise WrongUse(f"{target} is a folder.", remedy=f"Name a file, as in: -o {target / usual.name}")
    pack = wait_for(read, saying="Reading the figures", quiet=quiet)
    if outlet.json:
        print_json(board_json(pack))
    elif outlet.text:
        results().print(clean(text(pack), lines=True), soft_wrap=True)
    else:
        results().print(str(write_one(pack, target)), soft_wrap=True)

"""The pack as a workbook: live numbers, sums as formulas, texts that cannot turn into one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import singledispatch
from io import BytesIO
from typing import Any

from muster.problems import MissingExtra
from muster.reports import money
from muster.reports.formats.stored_results import with_results
from muster.reports.sheets import BoardPack, Definitions, Headlines, Mark, Notes, Page, Sheet
from muster.reports.values import Change, Days, Money, Rate, Share, Value

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|[\[\]:*?/\\]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDEST = 46
Number = tuple[object, str]  # what the cell holds, and how it is written


def workbook(pack: BoardPack) -> bytes:
    """One worksheet a page, each table under its title. Raises MissingExtra without openpyxl."""
    try:
        from openpyxl import Workbook  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra("board", needed_for="A workbook") from error
    book = Workbook()
    book.properties.title = f"{pack.company}: {pack.title.lower()}, {pack.period_label}"
    book.properties.creator = "Muster"
    sheets = [_Writer(book.active, "Pack")]
    _cover(sheets[0], pack)
    for number, page in enumerate(pack.pages, 1):
        sheets.append(_Writer(book.create_sheet(), f"{number} {page.title}"))
        _page(sheets[-1], page)
    out = BytesIO()
    book.save(out)
    return with_results(out.getvalue(), [sheet.results for sheet in sheets])


class _Writer:
    """Writes down a worksheet, row by row."""

    def __init__(self, sheet: Any, title: str) -> None:
        self.sheet = sheet
        sheet.title = _FORBIDDEN.sub(" ", title)[:31].strip()
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.column_dimensions["A"].width = _WIDEST
        for letter in "BCDEFGHIJKLMNOP":
            sheet.column_dimensions[letter].width = 18
        self.row = 1
        self.results: dict[str, Decimal | int] = {}  # of its formulas

    def text(self, words: str, column: int = 1, *, size: int = 10, bold: bool = False) -> None:
        """A text that stays one, whatever it begins with."""
        from openpyxl.styles import Font  # noqa: PLC0415

        cell = self.sheet.cell(self.row, column)
        cell.value = _CONTROL.sub("", words)[:32_000]
        cell.data_type = "s"
        if words[:1] in ("=", "+", "-", "@"):
            cell.quotePrefix = True
        cell.font = Font(size=size, bold=bold)

    def line(self, words: str, *, size: int = 10, bold: bool = False) -> None:
        """A text on a row of its own."""
        self.text(words, size=size, bold=bold)
        self.row += 1

    def value(self, value: Value, column: int, *, bold: bool = False) -> None:
        """A value of the pack in its own kind."""
        held, written = number(value)
        if isinstance(held, str):
            self.text(held, column, bold=bold)
        elif held is not None:
            self.number(held, column, written=written, bold=bold)

    def formula(self, formula: str, column: int, *, comes_to: Decimal | int, written: str) -> None:
        """A formula of our own making, in a foot."""
        self.number(formula, column, written=written, bold=True)
        self.results[self.sheet.cell(self.row, column).coordinate] = comes_to

    def number(self, held: object, column: int, *, written: str, bold: bool = False) -> None:
        """A number or a formula, as it is to be written."""
        from openpyxl.styles import Font  # noqa: PLC0415

        cell = self.sheet.cell(self.row, column)
        cell.value = held
        cell.number_format = written
        cell.font = Font(size=10, bold=bold)


@singledispatch
def number(value: object) -> Number:
    """What a cell holds for a value, and its number format; an empty cell for what is not there."""
    return (str(value), "@")


@number.register
def _(value: None) -> Number:
    return (None, "@")


@number.register
def _(value: int) -> Number:
    return (value, "#,##0")


@number.register
def _(value: Decimal) -> Number:
    return (value, "#,##0.0")


@number.register
def _(value: date) -> Number:
    return (value, "yyyy-mm-dd")


@number.register
def _(value: Money) -> Number:
    sign = money.symbol(value.currency).replace(money.NBSP, " ")
    return (Decimal(value.cents) / 100, f'"{sign}"#,##0.00;-"{sign}"#,##0.00')


@number.register
def _(value: Share) -> Number:
    return (value.part / value.whole if value.whole else None, "0.0%")


@number.register
def _(value: Change) -> Number:
    return (value.now / value.then - 1 if value.then else None, "+0.0%;-0.0%")


@number.register
def _(value: Rate) -> Number:
    return ("thin data" if value.value is None else value.value, "0.0%")


@number.register
def _(value: Days) -> Number:
    return (value.value, "#,##0.0")


def _cover(to: _Writer, pack: BoardPack) -> None:
    to.line(f"{pack.company}: {pack.title}, {pack.period_label}", size=16, bold=True)
    to.line(
        f"{pack.starts_on} to {pack.last_day}. Amounts in {pack.currency} unless another currency is named."
    )
    to.line(f"Known as of {pack.as_of} UTC. Run {pack.run_id}.")
    if pack.snapshot:
        to.line(f"Snapshot {pack.snapshot}")
    if pack.caution:
        to.line(pack.caution, bold=True)
    to.row += 1
    for i, page in enumerate(pack.pages, 1):
        to.line(f"{i} {page.title}", bold=True)
        to.line(str(page.sentence))


def _page(to: _Writer, page: Page) -> None:
    to.line(page.title, size=14, bold=True)
    to.line(str(page.sentence), size=11)
    for block in page.blocks:
        if isinstance(block, Headlines):
            to.row += 1
            for figure in block.figures:
                to.text(figure.label)
                for i, words in enumerate((figure.value, *figure.compared), 2):
                    to.text(words, i)
                to.row += 1
        elif isinstance(block, Mark):
            to.line(f"{'✓' if block.is_good else '✕'} {block.text}")
        elif isinstance(block, Notes):
            to.row += 1
            to.line(block.title, bold=True)
            for paragraph in block.paragraphs:
                to.line(paragraph)
        elif isinstance(block, Definitions):
            to.row += 1
            to.line(block.title, bold=True)
            for entry in block.entries:
                to.text(entry.term)
                to.text(entry.meaning, 2)
                to.row += 1
        else:
            _table(to, block if isinstance(block, Sheet) else block.twin)


def _table(to: _Writer, sheet: Sheet) -> None:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    to.row += 1
    to.line(sheet.title, bold=True)
    if not sheet.rows:
        to.line(sheet.empty)
        return
    for i, column in enumerate(sheet.columns, 1):
        to.text(column.label, i, bold=True)
    to.row += 1
    first = to.row
    for row in sheet.rows:
        for i, value in enumerate(row, 1):
            to.value(value, i)
        to.row += 1
    if sheet.foot:
        for i, value in enumerate(sheet.foot):
            held, written = number(value)
            if _is_sum(value, [row[i] for row in sheet.rows]):
                assert isinstance(held, Decimal | int)
                letter = get_column_letter(i + 1)
                formula = f"=SUM({letter}{first}:{letter}{to.row - 1})"
                to.formula(formula, i + 1, comes_to=held, written=written)
            else:
                to.value(value, i + 1, bold=True)
        to.row += 1
    if sheet.note:
        to.line(sheet.note)


def _is_sum(foot: Value, above: Sequence[Value]) -> bool:
    """Whether a foot is exactly what stands above it, added up: one currency, or counts."""
    if isinstance(foot, Money):
        same = [v for v in above if isinstance(v, Money) and v.currency == foot.currency]
        return len(same) == sum(v is not None for v in above) and sum(v.cents for v in same) == foot.cents
    if isinstance(foot, int) and not isinstance(foot, bool):
        counts = [v for v in above if isinstance(v, int)]
        return len(counts) == sum(v is not None for v in above) and sum(counts) == foot
    return False

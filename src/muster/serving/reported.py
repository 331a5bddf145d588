"""Pages of `muster.reports` as screens: the same blocks and pictures as in a pack, with their twins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from muster.access.narrowed import can_narrow
from muster.reports.published import Published
from muster.reports.quarter import last_full_quarter, quarter_of, read_quarter
from muster.reports.scope import Scope
from muster.reports.sheets import Block, Page, Picture
from muster.reports.sheets import Sheet as Reported
from muster.reports.values import Change, Days, Money, Rate, Share, Value
from muster.serving.narrowing import Narrowing
from muster.serving.reading import Reading
from muster.serving.rendering import piece
from muster.serving.screen import Row, Screen, Sheet

Pages = Callable[[Published, Scope], tuple[Page, ...]]
WHOLE = " (of the whole company)"
MOST = 100  # rows of a sheet that a screen folds away; a browser drags on thousands, a CSV does not


def scope_of(reading: Reading) -> Scope:
    """The quarter that the address names (`?period=2025-Q3`) or its days end in, else the last full one.

    Raises WrongUse where it is no quarter.
    """
    as_of, said = reading.snapshot.as_of, reading.query.get("period")
    last = reading.asked.until or reading.asked.since
    quarter = (
        read_quarter(said, as_of=as_of.date())
        if said
        else quarter_of(min(last, as_of.date()))
        if last
        else last_full_quarter(as_of.date())
    )
    return Scope(quarter, reading.house.config.company.currency, as_of)


def reported(
    reading: Reading,
    key: str,
    make: Pages,
    *,
    title: str,
    active: str,
    template: str = "report.html",
    more: Mapping[str, Any] | None = None,
    is_to_date: bool = False,
    is_narrowed: bool = False,
) -> Screen:
    """The pages that `make` gives for the asked quarter, computed and drawn once for each run and scope.

    Those that are told to date, whatever the quarter (`is_to_date`), once for all quarters. With
    `is_narrowed` they are made of the solution and territory asked for, as far as their tables can be; a
    sheet that cannot says in its title that it is of the whole company.
    """
    scope = scope_of(reading)
    asked = reading.asked if is_narrowed else Narrowing()
    owners = sorted(asked.owners(reading.viewer.owner_ids))
    name = key if is_to_date else f"{key} {scope.quarter}"
    if asked.has_rows_out:
        name += f" {asked.solution} {asked.territory} {owners}"

    def made() -> tuple[Page, ...]:
        if not asked.has_rows_out:
            return make(reading.tables, scope)
        with reading.narrowed() as tables:
            return tuple(marked(page, asked) for page in make(tables, scope))

    pages = reading.once(name, made)
    sheets = [sheet for page in pages for sheet in page.sheets]
    numbers = {sheet.key: str(number) for number, sheet in enumerate(sheets, 1)}

    def drawn() -> str:
        return piece("report_pages.html", "pages_of", [shortened(page) for page in pages], numbers)

    def told() -> dict[str, list[dict[str, object]]]:
        return {
            sheet.key: [dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows] for sheet in twins
        }

    twins = tuple(twin(sheet) for sheet in sheets)
    given = {"drawn": reading.once(f"{name} drawn", drawn), "period": str(scope.quarter)}
    whole = tuple(sheet.title.removesuffix(WHOLE) for sheet in sheets if sheet.title.endswith(WHOLE))
    if asked.has_rows_out:
        whole += ("what the queries under the tables count",)
    return Screen(template, title, told, twins, active=active, more=given | dict(more or {}), whole=whole)


def marked(page: Page, asked: Narrowing) -> Page:
    """A page whose tables that cannot be narrowed to what is asked say so in their titles."""

    def sheet(one: Reported) -> Reported:
        can = can_narrow(one.query.tables, solution=bool(asked.solution), territory=asked.has_territory)
        return one if can else replace(one, title=one.title + WHOLE)

    def block(one: Block) -> Block:
        if isinstance(one, Picture):
            twin = sheet(one.twin)
            return one if twin is one.twin else replace(one, title=one.title + WHOLE, twin=twin)
        return sheet(one) if isinstance(one, Reported) else one

    return replace(page, blocks=tuple(block(one) for one in page.blocks))


def shortened(page: Page) -> Page:
    """A page as a screen shows it: of a sheet of thousands of rows the first, and where the others are."""
    return replace(page, blocks=tuple(_short(block) for block in page.blocks))


def _short(block: Block) -> Block:
    if isinstance(block, Picture):
        return replace(block, twin=_first_rows(block.twin))
    return _first_rows(block) if isinstance(block, Reported) else block


def _first_rows(sheet: Reported) -> Reported:
    first = (sheet.shown or 0) + MOST
    left = len(sheet.rows) - sheet.tail - first
    if left <= 0:
        return sheet
    rows = sheet.rows[:first] + sheet.rows[len(sheet.rows) - sheet.tail :]
    said = f"{left:,} more rows are in the CSV at the foot of this page; every sum is of all rows."
    return replace(sheet, rows=rows, note=f"{sheet.note} {said}".strip())


def twin(sheet: Reported) -> Sheet:
    """A sheet of a report as plain values, for CSV, workbooks and JSON."""
    labels, rows = _labels(sheet), _rows(sheet)
    if sheet.title.endswith(WHOLE):  # a file outlives the title above it: every row says so
        labels, rows = (*labels, "Of"), tuple((*row, "the whole company") for row in rows)
    return Sheet(sheet.key, sheet.title, labels, rows)


def _labels(sheet: Reported) -> tuple[str, ...]:
    """The columns' labels, told apart where two are the same, with the currency where they hold money."""
    labels: list[str] = []
    for place, column in enumerate(sheet.columns):
        found = next((row[place] for row in sheet.rows if isinstance(row[place], Money)), None)
        label = f"{column.label}, {found.currency}" if isinstance(found, Money) else column.label
        labels.append(label if label not in labels else f"{label} ({place + 1})")
    return tuple(labels)


def _rows(sheet: Reported) -> tuple[Row, ...]:
    rows = sheet.rows if sheet.foot is None else (*sheet.rows, sheet.foot)
    return tuple(tuple(plain(value) for value in row) for row in rows)


def plain(value: Value) -> object:
    """A cell of a report as a plain value."""
    if isinstance(value, Money):
        return Decimal(value.cents) / 100
    if isinstance(value, Share):
        return None if value.whole == 0 else round(value.part / value.whole, 6)
    if isinstance(value, Change):
        return None if value.then == 0 else round((value.now - value.then) / abs(value.then), 6)
    if isinstance(value, (Rate, Days)):
        return value.value
    assert value is None or isinstance(value, (str, int, date, datetime, Decimal))
    return value

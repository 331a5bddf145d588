"""Pages of `muster.reports` as screens: the same blocks and pictures as in a pack, with their twins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from muster.reports.published import Published
from muster.reports.quarter import last_full_quarter, read_quarter
from muster.reports.scope import Scope
from muster.reports.sheets import Page
from muster.reports.sheets import Sheet as Reported
from muster.reports.values import Change, Days, Money, Rate, Share, Value
from muster.serving.reading import Reading
from muster.serving.screen import Row, Screen, Sheet

Pages = Callable[[Published, Scope], tuple[Page, ...]]


def scope_of(reading: Reading) -> Scope:
    """The quarter that the address names (`?period=2025-Q3`), else the last full one; the company's currency.

    Raises WrongUse where it is no quarter.
    """
    as_of, said = reading.snapshot.as_of, reading.query.get("period")
    quarter = read_quarter(said, as_of=as_of.date()) if said else last_full_quarter(as_of.date())
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
) -> Screen:
    """The pages that `make` gives for the asked quarter, computed once for each run and scope."""
    scope = scope_of(reading)
    pages = reading.once(f"{key} {scope.quarter}", lambda: make(reading.tables, scope))
    sheets = [sheet for page in pages for sheet in page.sheets]
    told = {
        sheet.key: [dict(zip(_labels(sheet), row, strict=True)) for row in _rows(sheet)] for sheet in sheets
    }
    numbers = {sheet.key: str(number) for number, sheet in enumerate(sheets, 1)}
    given = {"pages": pages, "numbers": numbers, "on_paper": False, "period": str(scope.quarter)}
    twins = tuple(twin(sheet) for sheet in sheets)
    return Screen(template, title, told, twins, active=active, more=given | dict(more or {}))


def twin(sheet: Reported) -> Sheet:
    """A sheet of a report as plain values, for CSV, workbooks and JSON."""
    return Sheet(sheet.key, sheet.title, _labels(sheet), _rows(sheet))


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

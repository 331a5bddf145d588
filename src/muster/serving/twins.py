"""The tables behind a page as CSV and as a workbook; no cell of either can be taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from muster.problems import MissingExtra

if TYPE_CHECKING:
    from muster.serving.screen import Screen, Sheet

# What spreadsheets take for the start of a formula, and the same signs in full width (OWASP, CSV Injection).
_STARTS = re.compile("^[=+\\-@\\t\\r\\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_csv(sheet: Sheet) -> Response:
    """One table, in UTF-8 with a mark that spreadsheets know it by."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([safe(column) for column in sheet.columns])
    writer.writerows([_written(value) for value in row] for row in sheet.rows)
    return _download("\ufeff" + text.getvalue(), "text/csv; charset=utf-8", f"{sheet.key}.csv")


def as_workbook(screen: Screen) -> Response:
    """Every table of a screen, a sheet each. Raises MissingExtra without openpyxl."""
    try:
        from openpyxl import Workbook  # noqa: PLC0415 - only where somebody asks for one
        from openpyxl.styles import Font  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtra("board", needed_for="A workbook") from error
    book = Workbook()
    book.remove(book.active)
    for sheet in screen.sheets:
        page = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", sheet.title)[:31] or sheet.key[:31])
        page.append([safe(column) for column in sheet.columns])
        for cell in page[1]:
            cell.font = Font(bold=True)
        page.freeze_panes = "A2"
        for row in sheet.rows:
            page.append([_cell(value) for value in row])
    if not screen.sheets:
        book.create_sheet("Nothing")
    stream = io.BytesIO()
    book.save(stream)
    return _download(
        stream.getvalue(), _WORKBOOK, f"{screen.sheets[0].key if screen.sheets else 'nothing'}.xlsx"
    )


def safe(text: str) -> str:
    """A text that begins like a formula gets an apostrophe before it; numbers stay numbers."""
    return f"'{text}" if _STARTS.match(text) and not _NUMBER.match(text) else text


def _written(value: Any) -> Any:
    if isinstance(value, str):
        return safe(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return "" if value is None else value


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        # XML has no room for control characters.
        return safe(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", value))
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)  # told in UTC: a workbook knows no zones
    return value if value is None or isinstance(value, (int, float, Decimal, date)) else str(value)


def _download(content: str | bytes, kind: str, name: str) -> Response:
    return Response(
        content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'}
    )

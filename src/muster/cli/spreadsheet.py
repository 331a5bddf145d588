"""CSV that is safe to open in a spreadsheet: no cell of it can be taken for a formula."""

from __future__ import annotations

from collections.abc import Iterable

from muster.canonical.tables import Column
from muster.engine.shape import quoted

# What spreadsheets take for the start of a formula, and the same signs in full width, which Excel takes
# for them in Japan (OWASP, CSV Injection).
_STARTS = "^[=+\\-@\\t\\r\\n\uff1d\uff0b\uff0d\uff20]"
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"


def safe_columns(columns: Iterable[Column]) -> str:
    """The SELECT list of a table: texts that look like formulas get an apostrophe before them.

    Numbers stay numbers, minus signs and all, in columns of text too.
    """
    return ", ".join(_safe(column) for column in columns)


def _safe(column: Column) -> str:
    name = quoted(column.name)
    if column.type != "text":
        return name
    risky = f"regexp_matches({name}, '{_STARTS}') AND NOT regexp_matches({name}, '{_NUMBER}')"
    return f"CASE WHEN {risky} THEN '''' || {name} ELSE {name} END AS {name}"

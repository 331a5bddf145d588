"""Rows in words: a table's sentence with the row's values, and people, accounts and groups by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from muster.explain.archive import Archive
from muster.explain.rests_on import names

_HOLE = re.compile(r"\{(\w+)(?:\|([^}]*))?\}")
_PIECE = re.compile(rf"\[(?P<optional>[^\[\]]*)\]|{_HOLE.pattern}")
Names = Mapping[str, Mapping[str, str]]


def read_names(archive: Archive, rows: Iterable[Mapping[str, Any]]) -> Names:
    """What the ids in these rows are called, by column: one question for each kind of id."""
    every = list(rows)
    found: dict[str, Mapping[str, str]] = {}
    for columns, sql in names().values():
        ids = sorted({str(row[c]) for row in every for c in columns if row.get(c) is not None})
        if ids:
            wanted = pa.table({"id": pa.array(ids, pa.string())})
            said = {row["id"]: row["name"] for row in archive.rows(sql, explained=wanted)}
            found |= dict.fromkeys(columns, said)
    return found


def sentence(template: str, row: Mapping[str, Any], called: Names) -> str:
    """Fill `{column}` and `{column|else}`; a part in brackets is left out when it lacks a value.

    >>> sentence("{name}[, {title}] came from {source|nowhere}.", {"name": "Ada"}, {})
    'Ada came from nowhere.'
    """

    def fill(hole: re.Match[str]) -> str:
        value = row.get(hole[1])
        if value is None:
            return hole[2] or "nothing"
        return called.get(hole[1], {}).get(str(value)) or show(hole[1], value, row.get("currency"))

    def piece(found: re.Match[str]) -> str:
        optional = found["optional"]
        if optional is None:
            return _HOLE.sub(fill, found[0])
        lacking = any(row.get(hole[1]) is None for hole in _HOLE.finditer(optional))
        return "" if lacking else _HOLE.sub(fill, optional)

    said = _PIECE.sub(piece, template)
    return f"The {said[4:]}" if said.startswith("the ") else said


def show(column: str, value: Any, currency: Any = None) -> str:
    """A value for people: money with its currency, instants to the second, shares to four digits.

    >>> show("amount_cents", -123456, "USD"), show("is_won", True), show("rows_read", 1200)
    ('-1,234.56 USD', 'yes', '1,200')
    """
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    if isinstance(value, date):  # a datetime is one
        return _show_time(value)
    if column.endswith("_cents"):
        return _show_cents(value, currency)
    return _show_number(value) if isinstance(value, int | float | Decimal) else str(value)


def _show_number(number: float | Decimal) -> str:
    if isinstance(number, float):
        return f"{number:.4g}"
    return f"{number:,.2f}" if isinstance(number, Decimal) else f"{number:,}"


def _show_time(moment: date) -> str:
    if not isinstance(moment, datetime):
        return moment.isoformat()
    return "the beginning" if moment.year == 1970 else f"{moment:%Y-%m-%d %H:%M:%S}"


def _show_cents(cents: int, currency: Any) -> str:
    sign, whole, part = "-" if cents < 0 else "", abs(cents) // 100, abs(cents) % 100
    return f"{sign}{whole:,}.{part:02d}{f' {currency}' if currency else ''}"

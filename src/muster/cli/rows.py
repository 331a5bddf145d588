"""Rows of an answer, written for people or for machines."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from muster.cli.screen import clean, table

if TYPE_CHECKING:
    import pyarrow as pa

FEW = 50  # rows on a terminal, unless all are asked for


def print_rows(rows: pa.Table, screen: Console, *, most: int | None, fold: bool = False) -> None:
    """A table; where it would be wider than the screen, folded or one block a row."""
    shown = list(islice(_rows(rows), most))
    right = {place for place, kind in enumerate(rows.schema.types) if _is_number(kind)}
    cells = [[_cell(value) for value in row] for row in shown]
    made = table(rows.column_names, cells, right=right)
    if (
        screen.measure(made).minimum <= screen.width
        and _natural_width(rows.column_names, cells) <= screen.width
    ):
        screen.print(made)
        return
    wide = max(len(clean(name)) for name in rows.column_names)
    for number, row in enumerate(cells, 1):
        screen.print(Text(f"row {number:,}", "bold"))
        for name, cell in zip(rows.column_names, row, strict=True):
            screen.print(Text.assemble(f"  {clean(name):<{wide}}  ", cell), soft_wrap=True)


def write_csv(rows: pa.Table) -> None:
    """CSV with a header; null is an empty cell."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(rows.column_names)
    writer.writerows([_text(value) for value in row] for row in _rows(rows))


def write_json(rows: pa.Table, *, lines: bool) -> None:
    """One JSON document with all rows, or one object a line."""
    names = [json.dumps(name, ensure_ascii=False) for name in rows.column_names]
    first = True
    sys.stdout.write("" if lines else "[")
    for row in _rows(rows):
        pairs = ", ".join(f"{name}: {to_json(value)}" for name, value in zip(names, row, strict=True))
        sys.stdout.write(("" if lines else "\n  " if first else ",\n  ") + f"{{{pairs}}}" + ("\n" * lines))
        first = False
    sys.stdout.write("" if lines else "]\n" if first else "\n]\n")


def to_json(value: Any) -> str:
    """A value as JSON. Decimals stay exact numbers; instants are UTC and say so; no number is NaN.

    >>> to_json(Decimal("41.50")), to_json(datetime(2025, 3, 31, 9))
    ('41.50', '"2025-03-31T09:00:00Z"')
    """
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        pairs = (f"{json.dumps(str(k), ensure_ascii=False)}: {to_json(v)}" for k, v in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(to_json(item) for item in value)}]"
    if isinstance(value, float) and not math.isfinite(value):
        return "null"
    if isinstance(value, datetime):
        zone = "Z" if value.tzinfo is None else ""
        value = f"{value.isoformat().replace('+00:00', 'Z')}{zone}"
    is_plain = value is None or isinstance(value, bool | int | float | str)
    return json.dumps(value if is_plain else _text(value), ensure_ascii=False)


def _rows(rows: pa.Table) -> Iterator[tuple[Any, ...]]:
    """Row after row, a batch at a time, so that Python objects of a large answer never pile up."""
    for batch in rows.to_batches(max_chunksize=10_000):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | dict):
        return to_json(value)
    return value.isoformat(" ") if isinstance(value, datetime) else _day(value)


def _day(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _cell(value: Any) -> Text:
    return Text("null", "dim") if value is None else Text(clean(_text(value)))


def _natural_width(names: list[str], cells: list[list[Text]]) -> int:
    columns = zip(*cells, strict=True) if cells else ([] for _ in names)
    widths: list[int] = [
        max([len(clean(name)), *(cell.cell_len for cell in column)])
        for name, column in zip(names, columns, strict=True)
    ]
    return sum(widths) + 3 * len(widths)


def _is_number(kind: pa.DataType) -> bool:
    from pyarrow import types  # noqa: PLC0415  not before there are rows

    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))

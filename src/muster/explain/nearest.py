"""When a key names no row, or too many: what there is instead, as commands to copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from muster.canonical.tables import Column, Table
from muster.engine.duckdb_engine import literal
from muster.engine.shape import quoted
from muster.explain.archive import Archive, rows_of
from muster.explain.explanation import as_argument, key_text
from muster.problems import WrongUse

_SHOWN = 3
_READINGS = 20  # ways to read the key that are looked at
Beginnings = list[str | None]  # conditions on ever fewer parts of a key; None where no key can begin so


def too_many(table: Table, rows: pa.Table, *, most: int) -> WrongUse:
    """The beginning of a key is that of more rows than are explained at once."""
    return WrongUse(
        f"More than {most} rows of {table.name} fit: name more of the key.",
        remedy=f"Its key is {'/'.join(table.key)}. For example: {_commands(table, rows_of(rows)[:_SHOWN])}",
    )


def not_found(
    archive: Archive, table: Table, relation: str, readings: Sequence[tuple[tuple[str, ...], Beginnings]]
) -> WrongUse:
    """No row has the key, whichever way it is read: names the three rows whose keys are most like it."""
    nearest = archive.rows(_nearest(archive, table, relation, readings))
    if not nearest:
        return WrongUse(f"{table.name} has no rows.", remedy="See what the run made: muster query.")
    return WrongUse(
        f"{table.name} has no row with the key {'/'.join(readings[0][0])}.",
        remedy=f"Its key is {'/'.join(table.key)}. The nearest there are: {_commands(table, nearest)}",
    )


def _nearest(
    archive: Archive, table: Table, relation: str, readings: Sequence[tuple[tuple[str, ...], Beginnings]]
) -> str:
    """Rows that begin as the key does as far as any do, those most alike in the parts after that first."""
    reach, begun, rest = 0, "TRUE", readings[0][0]
    for parts, beginnings in readings[:_READINGS]:
        for given, condition in enumerate(beginnings, start=1):
            length = len(beginnings) - given
            if condition is None or length <= reach:
                continue
            if archive.ask(f"SELECT 1 AS one FROM {relation} AS r WHERE {condition} LIMIT 1").num_rows:
                reach, begun, rest = length, condition, parts[length:]
                break
    key = ", ".join(quoted(k) for k in table.key)
    alike = [_distance(table.column(k), part) for k, part in zip(table.key[reach:], rest, strict=False)]
    order = ", ".join([*alike, key])
    return f"SELECT {key} FROM {relation} AS r WHERE {begun} ORDER BY {order} LIMIT {_SHOWN}"


def _distance(column: Column, part: str) -> str:
    name = f"r.{quoted(column.name)}"
    if column.type not in {"instant", "day"}:
        return f"1 - jaro_winkler_similarity(COALESCE(CAST({name} AS VARCHAR), '-'), {literal(part)})"
    moment = f"COALESCE(TRY_CAST({literal(part)} AS TIMESTAMP), {name})"
    return f"abs(epoch_us(CAST({name} AS TIMESTAMP)) - epoch_us(CAST({moment} AS TIMESTAMP)))"


def _commands(table: Table, rows: list[dict[str, Any]]) -> str:
    keys = (key_text(row[k] for k in table.key) for row in rows)
    return "; ".join(f"muster explain {table.name} {as_argument(key)}" for key in keys)

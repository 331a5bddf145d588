"""What was wrong with the rows of one staged file: grouped problems, and the rows that were set aside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from muster.problems import Problem
from muster.sources.date_formats import fitting
from muster.sources.rows import RowFault
from muster.sources.shape import Shape
from muster.sources.sqltext import literal
from muster.sources.typing_sql import FileColumns
from muster.sources.wording import ROW, Wording, cell_wording, shorten

_TEXT = pa.string()
_OF_DATES = {"swap", "date", "format"}
_ENOUGH = 2_000  # values to see in which order day and month come
SET_ASIDE = pa.schema(
    [
        ("source", _TEXT),
        ("file", _TEXT),
        ("row", pa.int64()),
        ("reason", _TEXT),
        ("remedy", _TEXT),
        ("raw", _TEXT),
    ]
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file stands: its source and its name inside it."""

    source: str
    file: str

    def problem(self, wording: Wording, **where: Any) -> Problem:
        """A problem of this file in the words of a code; `where` gives row, column, value, count."""
        where["value"] = shorten(where.get("value"))
        return Problem(wording.published, self.source, self.file, wording.reason, wording.remedy, **where)

    def note(self, severity: str, reason: str, remedy: str) -> Problem:
        """A problem with the file as a whole."""
        return Problem(severity, self.source, self.file, reason, remedy)


def erased_rows(place: Place, rows: list[int]) -> Problem:
    """Rows that still name people who were erased: they count, without what names anybody."""
    told = ROW["erased"]
    return place.problem(told, row=min(rows), count=len(rows))


def reader_problems(place: Place, faults: list[RowFault]) -> list[Problem]:
    """One problem per kind of fault that the reader met, with the lowest row."""
    problems = []
    for code in sorted({fault.code for fault in faults}):
        same = [fault for fault in faults if fault.code == code]
        first = min(same, key=lambda fault: fault.row)
        problems.append(place.problem(ROW[code], row=first.row, value=_shown(first.raw), count=len(same)))
    return problems


def _shown(raw: str) -> str:
    """A row's text as a person would read it in the file."""
    cells = json.loads(raw)
    return " | ".join(cells) if isinstance(cells, list) else str(cells)


def reader_set_aside(place: Place, faults: list[RowFault]) -> pa.Table:
    """The rows that the reader could not take, as set-aside rows."""
    count, wordings = len(faults), [ROW[fault.code] for fault in faults]
    columns: list[Iterable[object]] = [
        [place.source] * count,
        [place.file] * count,
        [fault.row for fault in faults],
        [wording.reason for wording in wordings],
        [wording.remedy for wording in wordings],
        [fault.raw for fault in faults],
    ]
    return pa.table(columns, schema=SET_ASIDE)


def typing_problems(
    con: duckdb.DuckDBPyConnection, place: Place, typed: Path, *, shape: Shape, columns: FileColumns
) -> tuple[list[Problem], dict[str, tuple[str, str]]]:
    """Problems by column and reason, and reason and remedy of every code that set rows aside."""
    staged = f"read_parquet({literal(str(typed))})"
    found = con.execute(
        f"""
        WITH issue AS (
            SELECT unnest(string_split(_issues, ',')) AS code, source_row
            FROM {staged} WHERE _issues IS NOT NULL
        ), grouped AS (
            SELECT code, count(*) AS n, min(source_row) AS source_row FROM issue GROUP BY code
        )
        SELECT code, n, source_row, _raw FROM grouped JOIN {staged} USING (source_row) ORDER BY code
        """
    ).fetchall()
    problems, set_aside = [], {}
    for code, count, row, raw in found:
        number, _, word = code.partition(":")
        if not number:
            wording, column, value = ROW[word], None, None
        else:
            cell = shape.cells[int(number)]
            formats = _fitting(con, staged, code, columns, shape) if word in _OF_DATES else []
            wording = cell_wording(word, strict=cell.strict, formats=formats)
            column = columns.written(cell)
            value = _example(columns, shape, int(number), json.loads(raw))
        problems.append(place.problem(wording, row=row, column=column, value=value, count=count))
        if wording.sets_aside:
            reason = wording.reason if column is None else f"{column} {wording.reason}"
            set_aside[code] = (reason, wording.remedy)
    return problems, set_aside


def keep_set_aside(
    con: duckdb.DuckDBPyConnection, typed: Path, target: Path, *, wordings: Mapping[str, tuple[str, str]]
) -> None:
    """Write the rows that typing set aside, each with all its reasons."""
    words = ", ".join(f"({literal(c)}, {literal(r)}, {literal(m)})" for c, (r, m) in sorted(wordings.items()))
    con.execute(
        f"""
        COPY (
            SELECT source, source_file AS file, source_row AS row,
                string_agg(reason, '; ' ORDER BY reason) AS reason,
                string_agg(DISTINCT remedy, ' ' ORDER BY remedy) AS remedy,
                any_value(_raw) AS raw
            FROM (
                SELECT source, source_file, source_row, _raw, unnest(string_split(_issues, ',')) AS code
                FROM read_parquet({literal(str(typed))}) WHERE _aside
            ) JOIN (VALUES {words}) AS wording(code, reason, remedy) USING (code)
            GROUP BY source, source_file, source_row
        ) TO {literal(str(target))} (FORMAT parquet)
        """
    )


def _fitting(
    con: duckdb.DuckDBPyConnection, staged: str, code: str, columns: FileColumns, shape: Shape
) -> list[str]:
    """The date formats that fit the values behind one code, the first few thousand of them."""
    found = con.execute(
        f"""SELECT _raw FROM {staged} WHERE list_contains(string_split(_issues, ','), {literal(code)})
        ORDER BY source_row LIMIT {_ENOUGH}"""
    ).fetchall()
    number = int(code.partition(":")[0])
    values = {_example(columns, shape, number, json.loads(raw)) for (raw,) in found}
    return fitting(value.strip() for value in values if value)


def _example(columns: FileColumns, shape: Shape, number: int, raw: dict[str, str | None]) -> str | None:
    cell = shape.cells[number]
    names = [columns.names[columns.places[c]] for c in cell.columns if c in columns.places]
    found = [value for name in names if (value := raw.get(name))]
    if cell.value is not None or not found:
        return cell.value
    return cell.separator.join(found) if cell.separator is not None else found[0]

"""Sources of kind `table`: any file to one canonical table by the column map in muster.toml.

A table whose rows carry no id of their own (page views, spend) gets one from their content. Rows
that are alike within one file are then counted as separate rows (two equal bookings on one day are
two bookings); the same file under another name says the same again and lands once.
"""

from __future__ import annotations

import codecs
from dataclasses import replace

import duckdb

from muster.canonical.tables import LINEAGE, source_tables
from muster.config.settings import ColumnMap, SourceConfig
from muster.problems import ConfigError, Problem
from muster.sources.files import InputFile
from muster.sources.plan import (
    FilePlan,
    asked_names,
    column_twice,
    columns_found,
    missing_column,
    nearest,
    or_without,
)
from muster.sources.shape import Cell, Shape, canonical_cell, table_rules
from muster.sources.sqltext import literal
from muster.sources.typing_sql import FileColumns
from muster.sources.wording import listed

_NOT_MAPPED = {name for name, _, _ in LINEAGE} - {"known_at"}


def table_shape(source: SourceConfig, *, currency: str) -> Shape:
    """The shape of a source by its column map; ConfigError names the key that is wrong."""
    table = source.table
    if table is None:
        raise _wrong(source, "the key table is missing", remedy='Name a table, as in table = "engagement".')
    if table not in source_tables():
        raise _wrong(source, f'there is no table "{table}".{nearest(table, source_tables())}')
    mappable = [c for c in source_tables()[table].column_names if c not in _NOT_MAPPED]
    for column in source.columns:
        if column not in mappable:
            raise _wrong(source, f'the table {table} has no column "{column}".{nearest(column, mappable)}')
    cells = [_cell(source, table, column) for column in mappable if column in source.columns]
    names = {cell.name for cell in cells}
    if table == "content" and "content_id" not in names and "url" in names:
        url = next(cell for cell in cells if cell.name == "url")
        cells.append(canonical_cell(table, "content_id", columns=url.columns))
        names.add("content_id")
    rules = table_rules()[table]
    fingerprint = rules.fingerprint if rules.fingerprint not in names else None
    for needed in rules.needs:
        if needed not in names and needed != fingerprint:
            how = f'{needed} = "Name of the column", or {needed} = {{ value = "..." }}'
            raise _wrong(source, f"the column {needed} of {table} is not mapped", remedy=f"Map it: {how}.")
    defaults = {column: sql for column, sql in rules.defaults.items() if column not in names}
    if "currency" in mappable:
        code = literal(source.currency or currency)
        defaults["currency"] = f"coalesce(currency, {code})" if "currency" in names else code
    return Shape(
        label=table,
        table=table,
        cells=tuple(cells),
        emit=defaults,
        fingerprint=fingerprint,
        where=source.where,
    )


def plan_files(
    source: SourceConfig, shape: Shape, files: list[tuple[InputFile, tuple[str, ...]]]
) -> list[FilePlan]:
    """A plan for each file with its columns; a column that no file has is an error in the map."""
    _check_columns_exist(source, shape, [names for _, names in files])
    return [_plan(source, shape, file, names) for file, names in files]


def _plan(source: SourceConfig, shape: Shape, file: InputFile, names: tuple[str, ...]) -> FilePlan:
    asked = asked_names(shape)
    found = {name: place for name in asked if (place := _place(name, names)) is not None}
    columns = FileColumns(names, found)
    missing = next((name for name in asked if name not in found), None)
    if missing is not None:
        why = missing_column(source.name, file.name, missing, names, line=_spare_line(shape, missing))
        return FilePlan(file, columns, why_not=why)
    twice = next((name for name in asked if names.count(name) > 1), None)
    if twice is not None:
        return FilePlan(file, columns, why_not=column_twice(source.name, file.name, twice))
    unread = [name for i, name in enumerate(names) if i not in found.values() and name]
    notes: tuple[Problem, ...] = ()
    if unread:
        reason, remedy = f"columns that are not mapped: {listed(unread)}", "Map them if you need them."
        notes = (Problem("note", source.name, file.name, reason, remedy),)
    return FilePlan(file, columns, shape, notes=notes)


def _place(name: str, names: tuple[str, ...]) -> int | None:
    if name in names:
        return names.index(name)
    folded = [other.strip().lower() for other in names]
    wanted = name.strip().lower()
    return folded.index(wanted) if folded.count(wanted) == 1 else None


def _check_columns_exist(source: SourceConfig, shape: Shape, headers: list[tuple[str, ...]]) -> None:
    if not headers:
        return
    for name in asked_names(shape):
        if all(_place(name, names) is None for names in headers):
            raise _wrong(
                source,
                f'no file has a column "{name}".{nearest(name, headers[0])} {columns_found(headers[0])}',
                remedy=f"Correct its name in muster.toml{or_without(_spare_line(shape, name))}.",
            )


def _spare_line(shape: Shape, name: str) -> str:
    """What muster.toml says of a column without which the rows still land; empty for one they need."""
    using = [cell for cell in shape.cells if name in cell.columns]
    if name in shape.where or not using or any(cell.needed or len(cell.columns) > 1 for cell in using):
        return ""
    return f'{using[0].name} = "{name}"'


def _cell(source: SourceConfig, table: str, column: str) -> Cell:
    how = source.column_map(column)
    assert how is not None
    given = [bool(how.column), bool(how.columns), how.value is not None]
    if sum(given) != 1:
        raise _wrong(source, f"columns.{column} needs exactly one of column, columns and value")
    cell = canonical_cell(
        table,
        column,
        columns=(how.column,) if how.column else how.columns,
        value=how.value,
        separator=how.separator if how.columns else None,
        values=how.values,
        others=how.others,
        plus_days=how.plus_days,
        times=how.times,
        decimal=how.decimal,
        **({"strict": True, "needed": False} if column == "known_at" else {}),
    )
    if cell.type in {"instant", "day"}:
        pattern = how.format or source.date_format
        _check_format(source, pattern)
        return replace(cell, format=pattern)
    _check_only_for(source, column, how, cell)
    return cell


def _check_only_for(source: SourceConfig, column: str, how: ColumnMap, cell: Cell) -> None:
    if how.plus_days or how.format:
        raise _wrong(source, f"columns.{column}: format and plus_days are for dates, and this is none")
    if how.times != 1 and cell.type != "cents":
        raise _wrong(source, f"columns.{column}: times is for amounts, and this is none")
    if how.times < 1:
        raise _wrong(source, f"columns.{column}: times must be 1 or more")


def check_choices(source: SourceConfig) -> None:
    """Refuse keys of the other kind of source, and an encoding, delimiter or date format that is none."""
    strangers = ("table", "columns", "where") if source.kind == "salesforce" else ("fields",)
    for key in strangers:
        if getattr(source, key):
            raise _wrong(source, f'the key {key} is not for sources of kind "{source.kind}"')
    if source.encoding is not None:
        try:
            codecs.lookup(source.encoding)
        except LookupError:
            what = f'there is no encoding "{source.encoding}"'
            raise _wrong(source, what, remedy="Use utf-8, utf-16 or windows-1252.") from None
    if source.delimiter is not None and len(source.delimiter) != 1:
        raise _wrong(source, f'the delimiter "{source.delimiter}" is not one character')
    _check_format(source, source.date_format)


def _check_format(source: SourceConfig, pattern: str | None) -> None:
    """Refuse a date format that the engine cannot read back."""
    if pattern is None:
        return
    try:
        duckdb.execute("SELECT strptime(strftime(TIMESTAMP '2026-01-31 10:20:30', $1), $1)", [pattern])
    except duckdb.Error:
        raise _wrong(source, f'"{pattern}" is no date format', remedy='Write it as in "%d/%m/%Y".') from None


def _wrong(source: SourceConfig, what: str, *, remedy: str = "") -> ConfigError:
    dot = "" if what.endswith(("?", ".")) else "."
    return ConfigError(f'muster.toml: source "{source.name}": {what}{dot}', remedy=remedy)

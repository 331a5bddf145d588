"""The published tables, opened for reading where a question names them; empty where a run made none."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from muster.canonical.tables import flow_tables
from muster.problems import WrongUse

# Landed records beside the tables, read as record_opportunity and so on: what the CRM said, before the flow.
RECORDS = (
    *("opportunity", "stage_change", "set_aside"),
    *("owner", "person_record", "sales_activity"),
)
_WORD = re.compile(r"\w+")
_EMPTY_TYPES = {
    "text": "VARCHAR",
    "instant": "TIMESTAMP",
    "day": "DATE",
    "cents": "BIGINT",
    "points": "DECIMAL(9,2)",
    "integer": "BIGINT",
    "real": "DOUBLE",
    "flag": "BOOLEAN",
}


def columns_read() -> dict[str, dict[str, str]]:
    """Every table the pack may read, with its columns and their types."""
    return {name: {c.name: c.type for c in table.columns} for name, table in flow_tables().items()}


class Published:
    """The tables of one run. Nothing is written; closing it leaves no trace.

    >>> with Published(Path("acme/.muster/tables")) as tables:       # doctest: +SKIP
    ...     tables.records("SELECT COUNT(*) AS n FROM buying_group")
    [{'n': 212}]
    """

    hands = 1  # how many threads ask at once

    def __init__(self, tables: Path) -> None:
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("SET enable_progress_bar = false")
        self._tables = tables
        # To open all hundred takes longer than most questions: each is opened when a question names it.
        self._unopened = {name: (tables, name) for name in columns_read()}
        self._unopened |= {f"record_{name}": (tables / "records", name) for name in RECORDS}

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The tables that the run did not make; they are read as empty."""
        return tuple(name for name in columns_read() if files_of(self._tables, name) is None)

    @cached_property
    def has_records(self) -> bool:
        """Whether the landed records lie beside the tables."""
        return all(files_of(self._tables / "records", name) is not None for name in RECORDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def records(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        """The rows of a SELECT, by column name. Raises WrongUse for tables of another Muster's columns."""
        for name in self._unopened.keys() & set(_WORD.findall(sql)):
            self._open(name)
        try:
            cursor = self._connection.execute(sql, parameters)
        except duckdb.BinderException as error:
            refuse_other_columns(error)
            raise
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        *,
        by: str,
        among: Collection[str],
        where: str = "",
        given: Sequence[Any] = (),
    ) -> list[dict[str, Any]]:
        """The rows of a table whose id in the column `by` is among these, in no order.

        A page asks so of one table after the other: a join of four costs more to plan than to answer.
        `where` is a further condition, our own SQL, and `given` its values.
        """
        if not among:
            return []
        return self.records(by_ids(f'"{table}"', columns, by, len(among), where), [*sorted(among), *given])

    def beside(self) -> Published:
        """The same tables for another thread to ask at the same time; to be closed as well."""
        return Published(self._tables)

    def _open(self, name: str) -> None:
        files = files_of(*self._unopened.pop(name))
        if files is not None:
            self._connection.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{files}')")
        elif name in columns_read():  # without records no page asks for them
            self._connection.execute(f'CREATE TABLE "{name}" ({empty_columns(columns_read()[name])})')


def by_ids(source: str, columns: Sequence[str], by: str, count: int, where: str = "") -> str:
    """The SELECT of rows by so many ids: values in a list, so that the files' own ranges are asked first."""
    named = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join("?" * count)
    return f'SELECT {named} FROM {source} WHERE "{by}" IN ({marks})' + (f" AND ({where})" if where else "")


def files_of(folder: Path, name: str) -> str | None:
    """What read_parquet is given: the table's one file, or the parts in its folder."""
    for found in (folder / f"{name}.parquet", folder / name):
        if found.exists():
            return str(found / "*.parquet" if found.is_dir() else found).replace("'", "''")
    return None


def empty_columns(columns: Mapping[str, str]) -> str:
    """The columns of a table without rows, as CREATE TABLE takes them."""
    return ", ".join(f'"{column}" {_EMPTY_TYPES[kind]}' for column, kind in columns.items())


def refuse_other_columns(error: duckdb.BinderException) -> None:
    """Raises WrongUse where a binder's error means that another Muster built the tables."""
    if "not found in FROM clause" in str(error) or "does not have a column" in str(error):
        raise WrongUse(
            "The tables have other columns than this version of Muster reads: another one built them.",
            remedy="Build them again with: muster run",
        ) from error

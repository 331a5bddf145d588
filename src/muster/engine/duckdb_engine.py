"""The embedded default: DuckDB in memory, which spills to a temporary folder, thrown away at the end."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from muster.canonical.tables import INSIDE, PUBLISHED, Column, Table
from muster.engine import shape
from muster.engine.memory import memory_limit as limit_of
from muster.engine.shape import quoted
from muster.problems import CheckFailed

# Core SQL's only macro (see core_sql.py); other engines get it by translation.
MACROS = ("CREATE OR REPLACE MACRO INT_DIV(a, b) AS a // b",)
# Of files: rows that are read or left out together. One account's are a few hundred of millions, so small
# groups leave more out; below this a file grows (by 2 % here, against six times as many in a group).
ROW_GROUP = 20_480
# To leave a group out costs some as well: of thirteen million rows one account's are found in half the time
# where there are this many groups and not twice as many. With fewer, sixteen accounts' take twice the time.
_GROUPS, _LARGEST, _VECTOR = 256, 4 * ROW_GROUP, 2_048
ARRIVING = "_arriving"
BUILDING = "_building"
# The file of a table without rows hangs on its contract alone. A small company has some seventy of them:
# whatever runs the flow again and again (a server, the tests) writes each once.
WITHOUT_ROWS: dict[Table, bytes] = {}
# The flow asks the same of every company, and DuckDB 2 takes a fifth of a small one's time to parse it: a
# process does so once. So many statements are kept, twice the flow's; others are parsed each time.
PARSED: dict[str, duckdb.Statement] = {}
_KEPT = 800


class DuckDBEngine:
    """Core SQL on DuckDB, as written. Tables that outgrow memory go to a temporary folder.

    >>> with DuckDBEngine() as engine:
    ...     engine.create("one", "SELECT 1 AS n")
    1
    """

    name = "duckdb"

    def __init__(
        self, *, memory_limit: str | None = None, threads: int | None = None, scratch: Path | None = None
    ) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="muster-", dir=scratch))
        settings: dict[str, Any] = {
            "memory_limit": limit_of(memory_limit),
            "temp_directory": str(self._folder / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": True,  # COPY then writes rows in the order of ORDER BY
        }
        if threads is not None:
            settings["threads"] = threads
        # In memory with a folder to spill to: tables are built 2.4 times as fast as in a database file
        # (10 million rows in 3.0 s against 7.3 s), and three times the memory limit still runs.
        self._connection = duckdb.connect(":memory:", config=settings)
        # The rows of each table, None for a view: to ask the catalogue costs as much as a small build.
        self._held: dict[str, int | None] = {}
        self._keys: dict[str, tuple[str, ...]] = {}  # of each table held in files: the order of its rows
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("SET enable_progress_bar = false")
        for macro in MACROS:
            self._connection.execute(macro)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def load(self, name: str, file: Path) -> None:
        """Make a Parquet file (or a folder of them) readable as a table (a view: nothing is copied)."""
        self.drop(name)
        pattern = re.sub(r"([*?\[])", r"[\1]", str(file)) + ("/*.parquet" if file.is_dir() else "")
        self._connection.execute(
            f"CREATE VIEW {quoted(name)} AS SELECT * FROM read_parquet({literal(pattern)})"
        )
        self._held[name] = None

    def put(self, name: str, table: pa.Table) -> None:
        """Copy a small Arrow table in."""
        self._connection.register(ARRIVING, table)
        self.create(name, f"SELECT * FROM {ARRIVING}")
        self._connection.unregister(ARRIVING)

    def create(self, name: str, sql: str) -> int:
        """Build a table from one SELECT; returns its rows."""
        if name not in self._held:
            rows = self._count(self._parsed(f"CREATE TABLE {quoted(name)} AS {sql}"))
        else:  # the query may read the table it replaces
            rows = self._count(self._parsed(f"CREATE TABLE {BUILDING} AS {sql}"))
            self.drop(name)
            self._connection.execute(f"ALTER TABLE {BUILDING} RENAME TO {quoted(name)}")
        self._held[name] = rows
        return rows

    def append(self, name: str, rows: str | pa.Table, *, key: Sequence[str] = ()) -> int:
        """Add rows, of a SELECT or from Arrow, to a table held in files; returns how many."""
        folder = self._folder / name
        if name not in self._keys:
            self.drop(name)
            folder.mkdir()
        if not isinstance(rows, str):
            self._connection.register(ARRIVING, rows)
        selected = rows if isinstance(rows, str) else f"SELECT * FROM {ARRIVING}"
        order = f" ORDER BY {', '.join(map(quoted, key))}" if key else ""
        part = folder / f"{len(list(folder.iterdir())):06d}.parquet"
        count = self._count(
            f"COPY ({selected}{order}) TO {literal(str(part))} (FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP})"
        )
        if not isinstance(rows, str):
            self._connection.unregister(ARRIVING)
        if name not in self._keys:
            self.load(name, folder)
            self._keys[name] = tuple(key)
        return count

    def drop(self, name: str) -> None:
        """Forget a table or view; no complaint when there is none."""
        if name in self._held:
            kind = "VIEW" if self._held.pop(name) is None else "TABLE"
            self._connection.execute(f"DROP {kind} {quoted(name)}")
        if self._keys.pop(name, None) is not None:
            shutil.rmtree(self._folder / name)

    def arrow(self, sql: str) -> pa.Table:
        """Return the result of a SELECT."""
        return self._connection.sql(sql).to_arrow_table()

    def publish(self, table: Table, file: Path) -> int:
        """Check the table of that name against its contract and write it as Parquet, in its order."""
        described = self._connection.execute(f"DESCRIBE {quoted(table.name)}").fetchall()
        shape.check_columns(table, {row[0]: row[1] for row in described})
        if self._held.get(table.name) == 0 and table in WITHOUT_ROWS:
            file.write_bytes(WITHOUT_ROWS[table])
            return 0
        in_order = self._keys.get(table.name) == table.order
        if in_order:
            self._check_stretches(table)
        elif self._held.get(table.name) != 0:
            self._check_key(table)
        columns = ", ".join(f"{published(c)} AS {quoted(c.name)}" for c in table.columns)
        # The key is unique by now and part of the order, so that alone decides the bytes.
        order = ", ".join(f"t.{quoted(k)} NULLS FIRST" for k in table.order)
        selected = f"SELECT {columns} FROM {quoted(table.name)} AS t"
        if not in_order:
            selected += f" ORDER BY {order}"
        # Where DuckDB 2 can prove that a column holds no null, it marks it so in the file: the schema
        # would then depend on the data. Without statistics every column may be null, always.
        self._connection.execute("SET disabled_optimizers = 'statistics_propagation'")
        held = self._held.get(table.name)
        count = self._count(f"SELECT COUNT(*) FROM {quoted(table.name)}") if held is None else held
        rows = self._count(
            f"COPY ({selected}) TO {literal(str(file))} "
            f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {row_group(count)})"
        )
        self._connection.execute("RESET disabled_optimizers")
        if rows == 0:
            WITHOUT_ROWS[table] = file.read_bytes()
        return rows

    def close(self) -> None:
        """Close the connection and remove the temporary folder."""
        self._connection.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _count(self, statement: str | duckdb.Statement) -> int:
        """Run a statement that answers how many rows it wrote."""
        # fetchall, never fetchone: a half-read result keeps the connection (DuckDB 2).
        [(count,)] = self._connection.execute(statement).fetchall()
        return int(count)

    def _parsed(self, sql: str) -> duckdb.Statement:
        """A statement that is likely to be asked again, parsed."""
        if (known := PARSED.get(sql)) is not None:
            return known
        [statement] = self._connection.extract_statements(sql)
        if len(PARSED) < _KEPT:
            PARSED[sql] = statement
        return statement

    def _check_stretches(self, table: Table) -> None:
        """The key of a table held in files: it is unique in each file, and files follow each other by it."""
        before: Any = None
        for part in sorted((self._folder / table.name).iterdir()):
            rows = f"(SELECT * FROM read_parquet({literal(str(part))}))"
            self._check_key(table, rows)
            leading = quoted(table.key[0])
            found = self._first(f"SELECT MIN({leading}) AS first, MAX({leading}) AS last FROM {rows}") or {}
            if found["first"] is None:
                continue
            if before is not None and found["first"] <= before:
                raise CheckFailed(
                    f"{table.name}: rows of {table.key[0]} {found['first']} came after those of {before}.",
                    remedy="Append rows stretch after stretch of the key's first column.",
                )
            before = found["last"]

    def _check_key(self, table: Table, rows: str | None = None) -> None:
        rows = rows or quoted(table.name)
        question = shape.null_question(table, rows)
        if question is not None:
            shape.check_nulls(table, self._first(question) or {})
        shape.check_duplicates(table, self._first(shape.duplicate_question(table, rows)))

    def _first(self, sql: str) -> dict[str, Any] | None:
        answer = self._connection.execute(sql)
        names = [column[0] for column in answer.description]
        rows = answer.fetchall()
        return dict(zip(names, rows[0], strict=True)) if rows else None


def row_group(rows: int) -> int:
    """How many rows of a published table are read or left out together: the more, the more there are in all.

    >>> row_group(5_000_000), row_group(10_000_000), row_group(100_000_000)
    (20480, 40960, 81920)
    """
    return min(max(-(-rows // (_GROUPS * _VECTOR)) * _VECTOR, ROW_GROUP), _LARGEST)


def published(column: Column) -> str:
    """The expression that turns a column from its type inside the flow into its published one."""
    inside = f"CAST(t.{quoted(column.name)} AS {INSIDE[column.type]})"
    return PUBLISHED.get(column.type, "{c}").format(c=inside)


def literal(text: str) -> str:
    """A text as an SQL literal, for statements that take no parameters."""
    return "'" + text.replace("'", "''") + "'"

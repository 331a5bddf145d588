"""The intake ledger, the problems and the rows set aside: what became of everything that was read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from muster.canonical.tables import Table, flow_tables
from muster.problems import MusterError, Problem
from muster.sources.issues import SET_ASIDE
from muster.sources.sqltext import literal

_ARROW = {"text": pa.string(), "integer": pa.int64()}


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What became of the rows of one file: landed + repeated + set aside = read."""

    source: str
    file: str
    reads_into: str
    rows_read: int
    rows_landed: int
    rows_repeated: int
    rows_set_aside: int

    def check(self) -> None:
        """Raise when a row has no fate; that would be our fault, never the data's."""
        total = self.rows_landed + self.rows_repeated + self.rows_set_aside
        if total != self.rows_read:
            raise MusterError(
                f"{self.source}/{self.file}: {self.rows_read:,} rows were read but {total:,} accounted for.",
                remedy="This is a fault in Muster; please report it with the file's header.",
            )


def group_problems(problems: Iterable[Problem]) -> list[Problem]:
    """One problem per severity, source, file, column and reason, with the lowest row as example."""
    grouped: dict[tuple[str, str, str, str, str], Problem] = {}
    for p in problems:
        key = (p.severity, p.source, p.file, p.column or "", p.reason)
        other = grouped.get(key)
        if other is None:
            grouped[key] = p
            continue
        first = min(p, other, key=lambda q: (q.row is None, q.row or 0, q.value or ""))
        grouped[key] = Problem(p.severity, p.source, p.file, p.reason, first.remedy, row=first.row,
                               column=p.column, value=first.value, count=p.count + other.count)  # fmt: skip
    return [grouped[key] for key in sorted(grouped)]


def write_ledger(rows: list[LedgerRow], target: Path) -> None:
    """`intake_ledger.parquet` in the types of the contract."""
    _write(flow_tables()["intake_ledger"], [astuple(row) for row in rows], target)


def write_problems(problems: list[Problem], target: Path) -> None:
    """`problem.parquet` in the types of the contract."""
    table = flow_tables()["problem"]
    rows = [tuple(getattr(p, column) for column in table.column_names) for p in problems]
    _write(table, rows, target)


def write_set_aside(con: duckdb.DuckDBPyConnection, parts: list[Path], target: Path) -> None:
    """`set_aside.parquet`: every row kept back, in the order of files and rows; also as view `set_aside`."""
    if parts:
        paths = ", ".join(literal(str(part)) for part in parts)
        columns = ", ".join(SET_ASIDE.names)
        rows = f"SELECT {columns} FROM read_parquet([{paths}], union_by_name = true)"
        con.execute(f"COPY ({rows} ORDER BY source, file, row) TO {literal(str(target))} (FORMAT parquet)")
    else:
        pq.write_table(SET_ASIDE.empty_table(), target)
    con.execute(f"CREATE VIEW set_aside AS SELECT * FROM read_parquet({literal(str(target))})")


def _write(table: Table, rows: list[tuple[object, ...]], target: Path) -> None:
    schema = pa.schema([(column.name, _ARROW[column.type]) for column in table.columns])
    arrays = [pa.array([row[i] for row in rows], field.type) for i, field in enumerate(schema)]
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), target)

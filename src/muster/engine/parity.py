"""Are two sets of published tables the same? Exactly, but for the last digits of a DOUBLE.

    python -m muster.engine.parity EXPECTED FOUND

Each is a workspace, or a folder of published tables. Prints every difference; 0 when there is none,
1 when there are some, 2 when a folder holds no tables.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path
from typing import Any

import duckdb

from muster.canonical.tables import Table, flow_tables
from muster.engine.duckdb_engine import literal
from muster.engine.shape import quoted

TOLERANCE = 1e-9  # relative, for DOUBLE: sums are added up in another order on another engine
MOST = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two tables differ. Without a column, the whole row; without a key, the whole table."""

    table: str
    key: tuple[tuple[str, Any], ...]
    column: str | None
    left: Any
    right: Any

    def __str__(self) -> str:
        """For example: `credit (opportunity_id = o1): credit_cents is 100 on the left, 99 on the right`."""
        row = f" ({', '.join(f'{name} = {value}' for name, value in self.key)})" if self.key else ""
        what = f"{self.column} is" if self.column else "the row is" if self.key else "the table is"
        return f"{self.table}{row}: {what} {self.left} on the left, {self.right} on the right"


def compare(left: Path, right: Path, tables: Iterable[Table], *, most: int = MOST) -> list[Difference]:
    """Compare two folders of published tables, row by row by key; at most `most` rows of each table.

    Text, instants, days, whole numbers, points and flags must be equal, DOUBLEs within 1e-9 of the
    larger one. A table that is missing, or has other types, is one difference.
    """
    found: list[Difference] = []
    with duckdb.connect() as connection:
        for table in tables:
            found += _compare_table(connection, table, left=left, right=right, most=most)
    return found


def _compare_table(
    connection: Any, table: Table, *, left: Path, right: Path, most: int
) -> Iterator[Difference]:
    files = [folder / f"{table.name}.parquet" for folder in (left, right)]
    if all(file.is_file() for file in files) and cmp(files[0], files[1], shallow=False):
        return  # equal bytes, equal rows
    shapes = [_shape(connection, file) for file in files]
    if shapes[0] != shapes[1]:
        yield Difference(table.name, (), None, *shapes)
        return
    if shapes[0] == "missing":
        return
    reals = {column.name for column in table.columns if column.type == "real"}
    checks = {column.name: _differs(column.name, is_real=column.name in reals) for column in table.columns}
    both = " AND ".join(f"l.{quoted(k)} IS NOT DISTINCT FROM r.{quoted(k)}" for k in table.key)
    values = ", ".join(
        f"l.{quoted(c)} AS {quoted(f'l_{c}')}, r.{quoted(c)} AS {quoted(f'r_{c}')}" for c in checks
    )
    flags = ", ".join(f"{check} AS {quoted(f'd_{c}')}" for c, check in checks.items())
    wrong = " OR ".join(["l.here IS NULL", "r.here IS NULL", *checks.values()])
    order = ", ".join(f"COALESCE(l.{quoted(k)}, r.{quoted(k)})" for k in table.key)
    rows = connection.sql(
        f"SELECT l.here AS l_here, r.here AS r_here, {values}, {flags} "
        f"FROM (SELECT *, TRUE AS here FROM read_parquet({literal(str(files[0]))})) AS l "
        f"FULL JOIN (SELECT *, TRUE AS here FROM read_parquet({literal(str(files[1]))})) AS r ON {both} "
        f"WHERE {wrong} ORDER BY {order} LIMIT {most}"
    )
    for row in rows.to_arrow_table().to_pylist():
        yield from _row_differences(table, row)


def _row_differences(table: Table, row: dict[str, Any]) -> Iterator[Difference]:
    side = "l" if row["l_here"] else "r"
    key = tuple((name, row[f"{side}_{name}"]) for name in table.key)
    if not (row["l_here"] and row["r_here"]):
        there, missing = "there", "missing"
        yield Difference(table.name, key, None, *((there, missing) if row["l_here"] else (missing, there)))
        return
    for column in table.columns:
        if row[f"d_{column.name}"]:
            yield Difference(table.name, key, column.name, row[f"l_{column.name}"], row[f"r_{column.name}"])


def _shape(connection: Any, file: Path) -> str:
    if not file.exists():
        return "missing"
    found = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(str(file))})").fetchall()
    return ", ".join(f"{row[0]} {row[1]}" for row in found)


def _differs(column: str, *, is_real: bool) -> str:
    left, right = f"l.{quoted(column)}", f"r.{quoted(column)}"
    if not is_real:
        return f"({left} IS DISTINCT FROM {right})"
    # Infinity is within any tolerance of itself and of everything else, so only finite values may be near.
    near = (
        f"ISFINITE({left}) AND ISFINITE({right}) "
        f"AND ABS({left} - {right}) <= {TOLERANCE} * GREATEST(ABS({left}), ABS({right}))"
    )
    return f"({left} IS DISTINCT FROM {right} AND NOT COALESCE({near}, FALSE))"


def main(arguments: Sequence[str]) -> int:
    """Compare two workspaces, or two folders of published tables."""
    folders = []
    for argument in arguments:
        inside = Path(argument) / ".muster" / "tables"
        folders.append(inside if inside.is_dir() else Path(argument))
    if len(folders) != 2 or not all(any(folder.glob("*.parquet")) for folder in folders):
        sys.stderr.write(
            "Name two workspaces that have been run: python -m muster.engine.parity LEFT RIGHT\n"
        )
        return 2
    found = compare(folders[0], folders[1], flow_tables().values())
    sys.stdout.writelines(f"{difference}\n" for difference in found)
    sys.stdout.write(f"{len(flow_tables())} tables compared, {len(found)} differences.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

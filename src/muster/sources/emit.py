"""Staged cells to canonical rows: one view per table over everything that was staged for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from muster.canonical.tables import INSIDE, Table, source_tables
from muster.sources.shape import Shape, table_rules
from muster.sources.sqltext import identifier, literal
from muster.sources.stage import StagedFile

LINEAGE = ("source", "source_file", "source_row")


class Emitter:
    """Makes the views `staged_<n>` (cells, one per kind of file) and `all_<table>` (canonical rows).

    `all_` views hold every row that may land: canonical columns, lineage and `_version`.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, files: Iterable[StagedFile]) -> None:
        self._con = con
        self.groups: list[tuple[str, Shape]] = []
        alike: dict[int, list[StagedFile]] = {}
        for file in files:
            if file.shape is not None and file.typed is not None:
                alike.setdefault(id(file.shape), []).append(file)
        for number, group in enumerate(alike.values()):
            name, shape = f"staged_{number}", group[0].shape
            assert shape is not None
            paths = ", ".join(literal(str(file.typed)) for file in group)
            con.execute(
                f"CREATE VIEW as_read_{name} AS SELECT * FROM read_parquet([{paths}]) WHERE NOT _aside"
            )
            con.execute(f"CREATE VIEW {name} AS SELECT * FROM as_read_{name}")
            if shape.fingerprint:
                self._number_alike_rows(name)
            self.groups.append((name, shape))
        for table in source_tables().values():
            selects = [_select(name, shape) for name, shape in self.groups if shape.table == table.name]
            con.execute(f"CREATE VIEW all_{table.name} AS {' UNION ALL '.join(selects) or _nothing(table)}")

    def groups_of(self, label: str) -> list[str]:
        """Names of the staged views of a kind of file, such as Lead."""
        return [name for name, shape in self.groups if shape.label == label]

    def further_rows(self, table: str) -> list[str]:
        """SELECTs of the rows that landed rows of other tables bring along for this one."""
        return [
            f"SELECT {_columns(source_tables()[table], also.columns)} FROM ({self.landed(name, shape)}) "
            f"WHERE {also.where}"
            for name, shape in self.groups
            for also in shape.also
            if also.table == table
        ]

    @staticmethod
    def landed(name: str, shape: Shape) -> str:
        """SELECT of a staged view's rows that stay; needs the `lost_` tables."""
        return f"SELECT * FROM {name} ANTI JOIN lost_{shape.table} USING ({', '.join(LINEAGE)})"

    def _number_alike_rows(self, name: str) -> None:
        """Rows of one file with one fingerprint get numbers, so that each stays a row of its own."""
        self._con.execute(
            f"""
            CREATE TABLE {name}_alike AS
            SELECT source_file, source_row, number FROM (
                SELECT source_file, source_row,
                    row_number() OVER (PARTITION BY source_file, _print ORDER BY source_row) AS number
                FROM as_read_{name} AS r SEMI JOIN (
                    SELECT source_file, hash(_print) AS h FROM as_read_{name} GROUP BY ALL HAVING count(*) > 1
                ) AS twice ON twice.source_file = r.source_file AND twice.h = hash(r._print)
            ) WHERE number > 1
            """
        )


def _select(name: str, shape: Shape) -> str:
    table = source_tables()[shape.table]
    cells = {cell.name for cell in shape.cells}
    emit = {cell: identifier(cell) for cell in cells if not cell.startswith("x_")} | dict(shape.emit)
    known_by = [emit.get(column, "NULL") for column in table_rules()[shape.table].known_by]
    natural = f"coalesce({', '.join([*known_by, '0'])})"
    emit["known_at"] = f"coalesce({emit['known_at']}, {natural})" if "known_at" in emit else natural
    origin = name
    if shape.fingerprint:
        emit[shape.fingerprint] = "_print || CASE WHEN number IS NULL THEN '' ELSE '-' || number END"
        origin = f"{name} LEFT JOIN {name}_alike USING (source_file, source_row)"
    version = shape.version or "CAST(NULL AS BIGINT)"
    return f"SELECT {_columns(table, emit)}, {version} AS _version FROM {origin}"


def _columns(table: Table, emit: Mapping[str, str]) -> str:
    made = []
    for column in table.columns:
        sql = column.name if column.name in LINEAGE else emit.get(column.name, "NULL")
        made.append(f"CAST({sql} AS {INSIDE[column.type]}) AS {identifier(column.name)}")
    return ", ".join(made)


def _nothing(table: Table) -> str:
    columns = ", ".join(f"CAST(NULL AS {INSIDE[c.type]}) AS {identifier(c.name)}" for c in table.columns)
    return f"SELECT {columns}, CAST(NULL AS BIGINT) AS _version WHERE FALSE"

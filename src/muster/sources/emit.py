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
    """Makes the views `all_<table>`: canonical columns, lineage and `_version` of every row that may land."""

    def __init__(self, con: duckdb.DuckDBPyConnection, staged: Iterable[StagedFile]) -> None:
        self._con = con
        self._groups: list[tuple[str, Shape]] = []
        files: dict[int, list[StagedFile]] = {}
        for file in staged:
            if file.shape is not None and file.typed is not None:
                files.setdefault(id(file.shape), []).append(file)
        for number, group in enumerate(files.values()):
            name, shape = f"staged_{number}", group[0].shape
            assert shape is not None
            paths = ", ".join(literal(str(file.typed)) for file in group)
            con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{paths}]) WHERE NOT _aside")
            if shape.fingerprint:
                self._number_alike_rows(name)
            self._groups.append((name, shape))
        for table in source_tables().values():
            selects = [self._select(name, shape) for name, shape in self._groups if shape.table == table.name]
            con.execute(f"CREATE VIEW all_{table.name} AS {' UNION ALL '.join(selects) or _nothing(table)}")

    def groups_of(self, label: str) -> list[str]:
        """Names of the staged views of a kind of file, such as Lead."""
        return [name for name, shape in self._groups if shape.label == label]

    def make_also(self) -> dict[str, str]:
        """SELECTs of the further rows that landed rows bring along, by table; needs the `lost_` tables."""
        selects: dict[str, list[str]] = {}
        for name, shape in self._groups:
            for also in shape.also:
                table = source_tables()[also.table]
                columns = _columns(table, also.columns)
                selects.setdefault(also.table, []).append(
                    f"SELECT {columns} FROM (SELECT * FROM {name} ANTI JOIN lost_{shape.table} "
                    f"USING (source, source_file, source_row)) WHERE {also.where}"
                )
        return {table: " UNION ALL ".join(parts) for table, parts in selects.items()}

    def _number_alike_rows(self, name: str) -> None:
        """Rows of one file with one fingerprint get numbers, so that each stays a row of its own."""
        self._con.execute(
            f"""
            CREATE TABLE {name}_alike AS
            SELECT source_file, source_row, n FROM (
                SELECT source_file, source_row, row_number() OVER (
                    PARTITION BY source_file, _print ORDER BY source_row) AS n
                FROM {name} SEMI JOIN (
                    SELECT source_file, hash(_print) AS h FROM {name} GROUP BY ALL HAVING count(*) > 1
                ) AS twice ON twice.source_file = {name}.source_file AND twice.h = hash({name}._print)
            ) WHERE n > 1
            """
        )

    def _select(self, name: str, shape: Shape) -> str:
        table = source_tables()[shape.table]
        cells = {cell.name for cell in shape.cells}
        emit = {cell: identifier(cell) for cell in cells if not cell.startswith("x_")} | dict(shape.emit)
        # Inside emit, a bare name is the cell; so cells are read before columns of the same name are made.
        known_by = [emit.get(column, "NULL") for column in table_rules()[shape.table].known_by]
        natural = f"coalesce({', '.join([*known_by, '0'])})"
        emit["known_at"] = f"coalesce({emit['known_at']}, {natural})" if "known_at" in emit else natural
        origin = name
        if shape.fingerprint:
            emit[shape.fingerprint] = "_print || CASE WHEN n IS NULL THEN '' ELSE '-' || n END"
            origin = f"{name} LEFT JOIN {name}_alike USING (source_file, source_row)"
        return f"SELECT {_columns(table, emit)}, {shape.version or 'NULL::BIGINT'} AS _version FROM {origin}"


def _columns(table: Table, emit: Mapping[str, str]) -> str:
    made = []
    for column in table.columns:
        sql = column.name if column.name in LINEAGE else emit.get(column.name, "NULL")
        made.append(f"CAST({sql} AS {INSIDE[column.type]}) AS {identifier(column.name)}")
    return ", ".join(made)


def _nothing(table: Table) -> str:
    columns = ", ".join(f"CAST(NULL AS {INSIDE[c.type]}) AS {identifier(c.name)}" for c in table.columns)
    return f"SELECT {columns}, NULL::BIGINT AS _version WHERE FALSE"

"""All staged files together: what lands, what was kept back, and the proof that it adds up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from muster.canonical.tables import Table, source_tables
from muster.engine.duckdb_engine import ROW_GROUP
from muster.problems import Problem
from muster.rules.read import Rules
from muster.sources import company_ids, fate, finish, ids, ledger
from muster.sources.emit import Emitter
from muster.sources.sqltext import identifier, literal
from muster.sources.stage import StagedFile, Stager
from muster.sources.stages import unknown_stages
from muster.sources.wording import ROW


@dataclass(frozen=True, slots=True)
class Settled:
    """The files that a load leaves behind, and what they say of the intake."""

    tables: dict[str, Path]
    ledger: list[ledger.LedgerRow]
    problems: list[Problem]
    set_aside: Path


def settle(
    files: list[StagedFile], problems: list[Problem], stager: Stager, into: Path, *, rules: Rules
) -> Settled:
    """Write the canonical tables, the ledger, the problems and the rows set aside into a folder."""
    con, folder = stager.con, stager.folder
    emitter = Emitter(con, files)
    ids.join_spellings(con, emitter)
    for table in source_tables().values():
        fate.decide(con, table)
    parts = [part for file in files for part in file.aside]
    problems = problems + [problem for file in files for problem in file.problems]
    for file in files:
        problems += _keep_lost(file, stager, parts)
    for table in source_tables().values():
        _write_table(con, table, emitter, folder)
        places = {(f.place.source, f.place.file) for f in files if f.shape and f.shape.table == table.name}
        if places:
            problems += finish.undated(con, table.name, places=places)
    problems += company_ids.unknown_accounts(con, written=_written(files, "company_name"))
    problems = ledger.group_problems(problems + finish.unknown_owners(con))
    problems += unknown_stages(con, rules, written=_written(files, "stage"))
    ledger.write_set_aside(con, parts, folder / "set_aside.parquet")
    rows = _ledger(con, files)
    ledger.write_ledger(rows, folder / "intake_ledger.parquet")
    ledger.write_problems(problems, folder / "problem.parquet")
    for name in (*source_tables(), "set_aside", "intake_ledger", "problem"):
        (folder / f"{name}.parquet").replace(into / f"{name}.parquet")
    tables = {name: into / f"{name}.parquet" for name in source_tables()}
    return Settled(tables, rows, problems, into / "set_aside.parquet")


def _written(files: list[StagedFile], cell: str) -> dict[tuple[str, str], str]:
    """How each file calls the column that a cell is read from."""
    return {
        (file.place.source, file.place.file): file.columns.written(one)
        for file in files
        if file.shape is not None
        for one in file.shape.cells
        if one.name == cell
    }


def _keep_lost(file: StagedFile, stager: Stager, parts: list[Path]) -> list[Problem]:
    """Older versions and clashes in one file: their raw rows are kept, and each kind is a problem."""
    if file.shape is None:
        return []
    lost = f"lost_{file.shape.table}"
    source, name = literal(file.place.source), literal(file.place.file)
    mine = f"source = {source} AND source_file = {name} AND fate <> 'repeat'"
    counted = stager.con.execute(
        f"""SELECT fate, count(*), min(source_row), arg_min(key_text, source_row)
        FROM {lost} WHERE {mine} GROUP BY fate ORDER BY fate"""
    ).fetchall()
    if not counted:
        return []
    raw = stager.raw_rows(file, f"SELECT source_row FROM {lost} WHERE {mine}")
    target = raw.with_name(f"lost-{raw.name}")
    words = [f"({literal(f)}, {literal(ROW[f].reason)}, {literal(ROW[f].remedy)})" for f, *_ in counted]
    stager.con.execute(
        f"""
        COPY (
            SELECT source, source_file AS file, source_row AS row, reason, remedy, raw
            FROM {lost} JOIN (VALUES {", ".join(words)}) AS wording(fate, reason, remedy) USING (fate)
            JOIN read_parquet({literal(str(raw))}) AS raw ON raw.row = source_row WHERE {mine}
        ) TO {literal(str(target))} (FORMAT parquet)
        """
    )
    parts.append(target)
    return [file.place.problem(ROW[f], row=row, value=key, count=count) for f, count, row, key in counted]


def _write_table(con: duckdb.DuckDBPyConnection, table: Table, emitter: Emitter, folder: Path) -> None:
    """Write the rows that stay, in the order of the key, and make the view `landed_<table>` of them."""
    columns = ", ".join(identifier(c) for c in table.column_names)
    key = ", ".join(identifier(c) for c in table.key)
    rows = f"SELECT {columns} FROM {fate.staying(con, table)}"
    if table.name == "tactic":
        rows = finish.with_themes(rows)
    if table.name == "person_record":
        rows = company_ids.with_accounts(con, rows)
    further = emitter.further_rows(table.name)
    if table.name == "stage_change":
        further += finish.opening_states(con, emitter)
    if further:  # a row of its own in a file goes before one that another record brought along
        rows = f"""
            SELECT {columns} FROM (
                SELECT {columns}, FALSE AS is_further FROM ({rows})
                UNION ALL SELECT {columns}, TRUE FROM ({" UNION ALL ".join(further)})
            ) QUALIFY row_number() OVER (
                PARTITION BY {key}
                ORDER BY is_further, {fate.content(table)}, source, source_file, source_row) = 1
        """
    target = literal(str(folder / f"{table.name}.parquet"))
    con.execute(f"COPY ({rows} ORDER BY {key}) TO {target} (FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP})")
    con.execute(f"CREATE VIEW landed_{table.name} AS SELECT * FROM read_parquet({target})")


def _ledger(con: duckdb.DuckDBPyConnection, files: list[StagedFile]) -> list[ledger.LedgerRow]:
    """Counted from what was written, not from what was meant to be written."""
    aside = _counts(con, "SELECT source, file, count(*) FROM set_aside GROUP BY ALL")
    counts = {}
    for name in {file.shape.table for file in files if file.shape}:
        # One row of field history may give two rows of stage_change; elsewhere a row is a row.
        rows = "count(DISTINCT source_row)" if name == "stage_change" else "count(*)"
        landed = f"SELECT source, source_file, {rows} FROM landed_{name} GROUP BY ALL"
        repeat = f"SELECT source, source_file, count(*) FROM lost_{name} WHERE fate = 'repeat' GROUP BY ALL"
        counts[name] = (_counts(con, landed), _counts(con, repeat))
    ledger_rows = []
    for file in files:
        place = (file.place.source, file.place.file)
        landed_count = repeated_count = 0
        into = ""
        if file.shape is not None:
            of_table = counts[file.shape.table]
            landed_count, repeated_count = of_table[0].get(place, 0), of_table[1].get(place, 0)
            into = ", ".join(dict.fromkeys([file.shape.table, *sorted(a.table for a in file.shape.also)]))
        row = ledger.LedgerRow(
            *place, into, file.read_count, landed_count, repeated_count, aside.get(place, 0)
        )
        row.check()
        ledger_rows.append(row)
    return sorted(ledger_rows, key=lambda row: (row.source, row.file))


def _counts(con: duckdb.DuckDBPyConnection, query: str) -> dict[tuple[str, str], int]:
    return {(source, file): count for source, file, count in con.execute(query).fetchall()}

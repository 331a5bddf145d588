"""The step `load`: every source read into the canonical tables, every row accounted for."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from muster.canonical.tables import Table, source_tables
from muster.config import Config, SourceConfig
from muster.problems import Problem
from muster.sources import column_map, fate, finish, ids, ledger, salesforce
from muster.sources.emit import Emitter
from muster.sources.engine_limits import memory_cap
from muster.sources.files import find_files
from muster.sources.plan import FilePlan
from muster.sources.rows import ReadingChoices, open_rows
from muster.sources.sqltext import identifier, literal
from muster.sources.stage import StagedFile, Stager, unreadable
from muster.sources.text import UnreadableFile
from muster.sources.typing_sql import FileColumns
from muster.sources.wording import ROW, shorten

_STAGING = ".staging"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load made: a Parquet file per canonical table, the ledger, the problems, the rows set aside."""

    tables: dict[str, Path]
    ledger: list[ledger.LedgerRow]
    problems: list[Problem]
    set_aside: Path


def load(
    config: Config,
    workspace: Path,
    into: Path,
    *,
    now: datetime,
    progress: Callable[[str, int], None] | None = None,
) -> Loaded:
    """Read all sources of a workspace into Parquet files in the folder `into`.

    Writes a file per table of `source_tables()`, sorted by its key, and intake_ledger, problem and
    set_aside. Each file appears whole or not at all; a load that is killed leaves the last one's
    files. `now` (aware) is the day after which nothing can have happened; `progress` is told the
    file and how many of its rows have been read. Raises ConfigError for a wrong muster.toml.
    """
    into.mkdir(parents=True, exist_ok=True)
    staging = into / _STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    con = duckdb.connect()
    try:
        _limit(con, config, staging)
        stager = Stager(con, staging, now, progress)
        files: list[tuple[SourceConfig, StagedFile]] = []
        problems: list[Problem] = []
        for source in config.source:
            staged, found = _stage_source(source, workspace, stager, currency=config.company.currency)
            files += [(source, file) for file in staged]
            problems += found
        return _settle(con, files, problems, stager, into)
    finally:
        con.close()
        shutil.rmtree(staging, ignore_errors=True)


def _limit(con: duckdb.DuckDBPyConnection, config: Config, staging: Path) -> None:
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"SET memory_limit = {literal(memory_cap(config.engine.memory_limit))}")
    con.execute(f"SET temp_directory = {literal(str(staging / 'spill'))}")
    if config.engine.threads:
        con.execute(f"SET threads = {config.engine.threads}")


def _stage_source(
    source: SourceConfig, workspace: Path, stager: Stager, *, currency: str
) -> tuple[list[StagedFile], list[Problem]]:
    column_map.check_text_choices(source)
    column_map.check_format(source, source.date_format)
    choices = ReadingChoices(source.encoding, source.delimiter)
    shapes = (
        salesforce.shapes(source, currency=currency, now=stager.now) if source.kind == "salesforce" else {}
    )
    shape = column_map.table_shape(source, currency=currency) if source.kind == "table" else None
    found = find_files(workspace / source.path, source=source.name)
    problems = [_unread_files(source, found.unread)] if found.unread else []
    headers, staged = [], []
    for name in found.broken:
        problems.append(
            unreadable(
                source.name, name, UnreadableFile("is damaged or no zip archive", remedy="Copy it again.")
            )
        )
    for file in found.files:
        try:
            rows = open_rows(file, choices)
            rows.close()
        except UnreadableFile as error:
            broken = StagedFile(source.name, file, None, FileColumns((), {}))
            broken.problems.append(unreadable(source.name, file.name, error))
            staged.append(broken)
            continue
        headers.append((file, rows.columns))
    if shape is not None:
        plans = column_map.plan_files(source, shape, headers)
    else:
        plans = salesforce.plan_files(source, shapes, headers)
    staged += [_stage(source, plan, stager, choices) for plan in plans]
    return staged, problems


def _stage(source: SourceConfig, plan: FilePlan, stager: Stager, choices: ReadingChoices) -> StagedFile:
    if plan.shape is None:
        assert plan.why_not is not None
        staged = stager.set_aside_whole(
            source.name, plan.file, columns=plan.columns, choices=choices, why=plan.why_not
        )
    else:
        staged = stager.stage(source.name, plan.file, shape=plan.shape, columns=plan.columns, choices=choices)
    staged.problems += plan.notes
    return staged


def _settle(
    con: duckdb.DuckDBPyConnection,
    files: list[tuple[SourceConfig, StagedFile]],
    problems: list[Problem],
    stager: Stager,
    into: Path,
) -> Loaded:
    emitter = Emitter(con, [file for _, file in files])
    ids.join_spellings(con)
    for table in source_tables().values():
        fate.settle(con, table)
    parts = [part for _, file in files for part in file.aside]
    for source, file in files:
        problems += file.problems
        more, found = _keep_lost(con, source, file, stager)
        parts += more
        problems += found
    tables = {
        name: _write_table(con, table, emitter, stager.folder) for name, table in source_tables().items()
    }
    for name in tables:
        con.execute(f"CREATE VIEW landed_{name} AS SELECT * FROM read_parquet({literal(str(tables[name]))})")
        problems += finish.undated(con, name)
    problems += finish.unknown_owners(con)
    grouped = ledger.group_problems(problems)
    set_aside = stager.folder / "set_aside.parquet"
    ledger.write_set_aside(con, parts, set_aside)
    rows = _ledger(con, [file for _, file in files], set_aside)
    ledger.write_ledger(rows, stager.folder / "intake_ledger.parquet")
    ledger.write_problems(grouped, stager.folder / "problem.parquet")
    for name in (*tables, "set_aside", "intake_ledger", "problem"):
        (stager.folder / f"{name}.parquet").replace(into / f"{name}.parquet")
    return Loaded(
        {name: into / f"{name}.parquet" for name in tables}, rows, grouped, into / "set_aside.parquet"
    )


def _keep_lost(
    con: duckdb.DuckDBPyConnection, source: SourceConfig, file: StagedFile, stager: Stager
) -> tuple[list[Path], list[Problem]]:
    """Older versions and clashes of one file: their raw rows, and a problem for each kind."""
    if file.shape is None:
        return [], []
    lost = f"lost_{file.shape.table}"
    mine = f"source = {literal(file.source)} AND source_file = {literal(file.file.name)} AND fate <> 'repeat'"
    counted = con.execute(
        f"""SELECT fate, count(*), min(source_row), arg_min(key_text, source_row)
        FROM {lost} WHERE {mine} GROUP BY fate ORDER BY fate"""
    ).fetchall()
    if not counted:
        return [], []
    choices = ReadingChoices(source.encoding, source.delimiter)
    raw = stager.raw_rows(file, f"SELECT source_row FROM {lost} WHERE {mine}", choices=choices)
    target = raw.with_suffix(".aside.parquet")
    words = ", ".join(
        f"({literal(f)}, {literal(ROW[f].reason)}, {literal(ROW[f].remedy)})" for f in ("older", "other")
    )
    con.execute(
        f"""
        COPY (
            SELECT source, source_file AS file, source_row AS row, reason, remedy, raw
            FROM {lost} JOIN (VALUES {words}) AS wording(fate, reason, remedy) USING (fate)
            JOIN read_parquet({literal(str(raw))}) AS raw ON raw.row = source_row WHERE {mine}
        ) TO {literal(str(target))} (FORMAT parquet)
        """
    )
    return [target], [
        Problem(ROW[f].published, file.source, file.file.name, ROW[f].reason, ROW[f].remedy,
                row=row, value=shorten(key), count=count)
        for f, count, row, key in counted
    ]  # fmt: skip


def _write_table(con: duckdb.DuckDBPyConnection, table: Table, emitter: Emitter, folder: Path) -> Path:
    columns = ", ".join(identifier(c) for c in table.column_names)
    key = ", ".join(identifier(c) for c in table.key)
    survivors = f"SELECT {columns} FROM all_{table.name} ANTI JOIN lost_{table.name} USING (source, source_file, source_row)"
    if table.name == "tactic":
        survivors = finish.with_themes(survivors)
    further = [select for select in (
        emitter.make_also().get(table.name),
        finish.opening_states(emitter) if table.name == "stage_change" else None,
    ) if select]  # fmt: skip
    if further:
        survivors = f"""
            SELECT * EXCLUDE (is_further) FROM (
                SELECT *, FALSE AS is_further FROM ({survivors})
                UNION ALL SELECT *, TRUE FROM ({" UNION ALL ".join(further)})
            ) QUALIFY row_number() OVER (
                PARTITION BY {key} ORDER BY is_further, {fate.content(table)}, source, source_file, source_row) = 1
        """
    target = folder / f"{table.name}.parquet"
    con.execute(f"COPY ({survivors} ORDER BY {key}) TO {literal(str(target))} (FORMAT parquet)")
    return target


def _ledger(
    con: duckdb.DuckDBPyConnection, files: list[StagedFile], set_aside: Path
) -> list[ledger.LedgerRow]:
    """Counted from what was written, not from what was meant to be written."""
    aside = _counts(
        con, f"SELECT source, file, count(*) FROM read_parquet({literal(str(set_aside))}) GROUP BY ALL"
    )
    rows = []
    for name in {file.shape.table for file in files if file.shape}:
        landed = _counts(
            con, f"SELECT source, source_file, count(DISTINCT source_row) FROM landed_{name} GROUP BY ALL"
        )
        repeated = _counts(
            con, f"SELECT source, source_file, count(*) FROM lost_{name} WHERE fate = 'repeat' GROUP BY ALL"
        )
        for file in files:
            if file.shape and file.shape.table == name:
                where = (file.source, file.file.name)
                also = sorted({also.table for also in file.shape.also})
                rows.append(ledger.LedgerRow(*where, ", ".join([name, *also]), file.read_count,
                                             landed.get(where, 0), repeated.get(where, 0), aside.get(where, 0)))  # fmt: skip
    for file in files:
        if file.shape is None:
            where = (file.source, file.file.name)
            rows.append(ledger.LedgerRow(*where, "", file.read_count, 0, 0, aside.get(where, 0)))
    for row in rows:
        row.check()
    return sorted(rows, key=lambda row: (row.source, row.file))


def _counts(con: duckdb.DuckDBPyConnection, query: str) -> dict[tuple[str, str], int]:
    return {(source, file): count for source, file, count in con.execute(query).fetchall()}


def _unread_files(source: SourceConfig, names: tuple[str, ...]) -> Problem:
    workbooks = any(name.lower().endswith((".xlsx", ".xls")) for name in names)
    remedy = "Save workbooks as CSV (UTF-8)." if workbooks else "Nothing to do; leave them out if you like."
    return Problem("warning" if workbooks else "note", source.name, "",
                   f"files that Muster does not read: {', '.join(names[:20])}", remedy, count=len(names))  # fmt: skip

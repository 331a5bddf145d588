"""The step `load`: every source read into the canonical tables, every row accounted for."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from muster.config.settings import Config, SourceConfig
from muster.engine.memory import memory_limit
from muster.problems import ConfigError, Problem
from muster.rules.read import read_rules
from muster.sources import column_map, salesforce
from muster.sources.engine_limits import memory_cap, text_bytes
from muster.sources.files import Found, InputFile, find_files
from muster.sources.issues import Place
from muster.sources.learn_erased import learn
from muster.sources.ledger import LedgerRow
from muster.sources.plan import FilePlan
from muster.sources.reading import open_rows
from muster.sources.refusal import empty_source, lost, nothing_landed, refuse
from muster.sources.rows import ReadingChoices
from muster.sources.scrub import Scrubber
from muster.sources.settle import settle
from muster.sources.sqltext import literal
from muster.sources.stage import StagedFile, Stager, unreadable
from muster.sources.suppression import keep_suppression, read_suppression
from muster.sources.text import UnreadableFile
from muster.sources.typing_sql import FileColumns
from muster.sources.wording import listed

_STAGING = ".staging"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load made: a Parquet file per canonical table, the ledger, the problems, the rows set aside."""

    tables: dict[str, Path]
    ledger: list[LedgerRow]
    problems: list[Problem]
    set_aside: Path


def load(
    config: Config,
    workspace: Path,
    into: Path,
    *,
    now: datetime,
    progress: Callable[[str, int], None] | None = None,
    only_looking: bool = False,
) -> Loaded:
    """Read all sources of a workspace into Parquet files in the folder `into`.

    Writes a file per table of `source_tables()`, sorted by its key, and intake_ledger, problem and
    set_aside. Each file appears whole or not at all: a load that is killed leaves the files of the
    one before. `now` (with a time zone) is the day after which nothing can have happened;
    `progress` is told the file and how many of its rows have been read.

    Raises ConfigError for a wrong muster.toml. Faults in rows are problems, never exceptions; whole
    files that are lost and sources that hold nothing raise UserDataError, unless `only_looking`.
    """
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    into.mkdir(parents=True, exist_ok=True)
    staging = into / _STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    con = duckdb.connect()
    try:
        con.execute("SET TimeZone = 'UTC'")
        reading = text_bytes(workspace / source.path for source in config.source)
        cap = memory_cap(memory_limit(config.engine.memory_limit), reading=reading)
        con.execute(f"SET memory_limit = {literal(cap)}")
        con.execute(f"SET temp_directory = {literal(str(staging / 'spill'))}")
        if config.engine.threads:
            con.execute(f"SET threads = {config.engine.threads}")
        planned, wrong = _plan_sources(config, workspace, now=now, only_looking=only_looking)
        stager = Stager(con, staging, now, progress, scrubber=_scrubber(workspace, planned))
        files: list[StagedFile] = []
        problems = wrong
        for plan in planned:
            staged = _stage_source(plan, stager)
            files += staged
            problems += plan.problems
            if (empty := empty_source(plan.source, plan.found, staged)) is not None:
                problems.append(empty)
        if not only_looking:
            refuse(lost(problems, files))
        settled = settle(files, problems, stager, into, rules=read_rules(workspace / "rules"))
        nothing = nothing_landed(settled.ledger)
        if nothing is not None and not only_looking:
            refuse([nothing])
        told = settled.problems
        if nothing is not None and all(problem.severity != "error" for problem in told):
            told = [*told, nothing]
        return Loaded(settled.tables, settled.ledger, told, settled.set_aside)
    finally:
        con.close()
        shutil.rmtree(staging, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _PlannedSource:
    """The files of a source with what is to be done with each, and what could not be read at all."""

    source: SourceConfig
    found: Found
    choices: ReadingChoices
    plans: list[FilePlan]
    unreadable: list[StagedFile]
    problems: list[Problem]


def _plan_sources(
    config: Config, workspace: Path, *, now: datetime, only_looking: bool
) -> tuple[list[_PlannedSource], list[Problem]]:
    """Every source planned. Who only looks is told of a wrong one, too, and of the others; a run stops at it.

    Raises ConfigError.
    """
    planned: list[_PlannedSource] = []
    wrong: list[Problem] = []
    stopped: ConfigError | None = None
    for source in config.source:
        try:
            planned.append(_plan_source(source, workspace, now=now, currency=config.company.currency))
        except ConfigError as error:
            if not only_looking:
                raise
            stopped = stopped or error
            wrong.append(Problem("error", source.name, "", error.message.rstrip("."), error.remedy or ""))
    if stopped is not None and not planned:
        raise stopped
    return planned, wrong


def _plan_source(source: SourceConfig, workspace: Path, *, now: datetime, currency: str) -> _PlannedSource:
    """Find the files of a source and look at their columns."""
    column_map.check_choices(source)
    found = find_files(workspace / source.path, source=source.name)
    choices = ReadingChoices(source.encoding, source.delimiter)
    problems = [_broken_archive(source, name) for name in found.broken]
    headers: list[tuple[InputFile, tuple[str, ...]]] = []
    staged: list[StagedFile] = []
    for file in found.files:
        try:
            rows = open_rows(file, choices)
            rows.close()
            headers.append((file, rows.columns))
        except UnreadableFile as error:
            place = Place(source.name, file.name)
            staged.append(StagedFile(place, file, None, FileColumns((), {}), choices, is_unreadable=True))
            staged[-1].problems.append(unreadable(place, error))
    if source.kind == "salesforce":
        shapes = salesforce.shapes(source, currency=currency, now=now)
        tables, others = salesforce.without_plain_text(headers)
        plans = salesforce.plan_files(source, shapes, tables)
    else:
        others, plans = [], []
    if source.kind != "salesforce" and (headers or not staged):  # else its files say why nothing is read
        plans = column_map.plan_files(source, column_map.table_shape(source, currency=currency), headers)
    if unread := sorted([*found.unread, *others]):
        problems.append(_unread_files(source, unread))
    return _PlannedSource(source, found, choices, plans, staged, problems)


def _scrubber(workspace: Path, planned: list[_PlannedSource]) -> Scrubber | None:
    """What keeps erased people out, once it knows which new records are theirs; None where nobody was."""
    told = read_suppression(workspace)
    if told is None:
        return None
    plans = [(plan, source.choices) for source in planned for plan in source.plans]
    learnt = learn(told, plans)
    if learnt is not told:
        keep_suppression(workspace, learnt)
    return Scrubber(learnt)


def _stage_source(planned: _PlannedSource, stager: Stager) -> list[StagedFile]:
    """Read all files of a source."""
    read = [_stage(planned.source, plan, stager, planned.choices) for plan in planned.plans]
    return [*planned.unreadable, *read]


def _stage(source: SourceConfig, plan: FilePlan, stager: Stager, choices: ReadingChoices) -> StagedFile:
    staged = StagedFile(Place(source.name, plan.file.name), plan.file, plan.shape, plan.columns, choices)
    if plan.why_not is not None:
        stager.set_aside_whole(staged, plan.why_not)
    else:
        stager.stage(staged)
    staged.problems += plan.notes
    return staged


def _broken_archive(source: SourceConfig, name: str) -> Problem:
    error = UnreadableFile("is damaged or no zip archive", remedy="Copy or export it again.")
    return unreadable(Place(source.name, name), error)


def _unread_files(source: SourceConfig, names: list[str]) -> Problem:
    workbooks = any(name.lower().endswith((".xlsx", ".xls")) for name in names)
    remedy = "Save workbooks as CSV (UTF-8)." if workbooks else "Nothing to do; leave them out if you like."
    reason = f"files that Muster does not read: {listed(names)}"
    return Problem("warning" if workbooks else "note", source.name, "", reason, remedy, count=len(names))

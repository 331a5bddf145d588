"""The whole flow, top to bottom. Read this file first.

    load      files become records; every row lands, is a repeat, or is set aside with a reason
    recall    only what was known as of the date goes on
    resolve   records become people; people and anonymous visitors find their account
    form      people who engage with one solution become a buying group, with roles and shares
    weigh     what each piece of evidence is worth, and when fading takes a score across a threshold
    chance    every Monday: how likely an opportunity opens, by the model as learnt until then
    qualify   groups move into and out of qualified, with reasons
    score     every Monday and at every change: the score, part by part
    hand_off  the whole group goes to sales once; second leads and shares are news; the rest is nurtured
    control   defects of hand-offs on charts, drift of the chances, signs of working at a lead count
    lift      what experiments say would have been otherwise, or that nothing can be said
    measure   credit, sourcing, influence, conversion, velocity and cost, in exact money

`load` is Python (`sources/`, `readings/`, `rules/`). Every other step is a folder of SQL files, one
table a file (`steps.py`); the order inside a step comes from the tables each file reads.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from muster.canonical.tables import flow_tables
from muster.chances.stretches import put_in_stretches
from muster.config.settings import Config
from muster.engine.choose import open_engine
from muster.engine.lock import HOME
from muster.engine.protocol import Engine
from muster.engine.published import NewRun, publishing
from muster.engine.queries import Query, in_order, read_query
from muster.engine.ranges import create_by_range
from muster.fingerprints import code_hash, input_hashes, override_hashes
from muster.identity.change_log import leave_changes, settle
from muster.plugins import attribution_models
from muster.qualification.policies import check_policies
from muster.readings.read import read_strings
from muster.readings.unnamed import unname_strangers
from muster.recall.clock import latest_known, micros, put_clock
from muster.rules.read import Rules
from muster.rules.tables import rule_tables
from muster.sources.load import Loaded, load
from muster.steps import STEPS, Step, all_queries, steps_of

RECORDS = "records"  # the landed records of a run, beside its tables: explain walks back to them
Progress = Callable[[str, str, int], None]  # step, table, rows


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run made: its id and date, rows of each published table, seconds of each step."""

    run_id: str
    as_of: datetime
    rows: Mapping[str, int]
    seconds: Mapping[str, float]
    problem_count: int


def run(
    workspace: Path,
    config: Config,
    rules: Rules,
    *,
    as_of: datetime | None = None,
    engine: str = "duckdb",
    now: datetime | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Build every table of a workspace as of a date and publish them at once.

    Without `as_of` the date is the last instant at which any record became known. The caller holds
    the workspace. A run that fails leaves the tables of the run before in force.
    """
    check_policies(rules)
    report = progress or _silent
    landing = workspace / HOME / "landing"
    now = now or datetime.now(UTC)
    settle(workspace)  # what a run that was killed at its very end has yet to log
    shutil.rmtree(landing, ignore_errors=True)
    started = perf_counter()
    loaded = load(
        config,
        workspace,
        landing,
        now=now,
        progress=lambda table, rows: report("load", table, rows),
    )
    loaded = unname_strangers(workspace, landing, loaded, rules, config.company, at=micros(now))
    with open_engine(engine, config.engine) as opened:
        date, given = prepare(opened, loaded, landing, config, rules, as_of=as_of, now=now)
        seconds = {"load": perf_counter() - started}
        queries = all_queries()
        hashes = {
            "rules": rules.version,
            **override_hashes(workspace, queries),
            **input_hashes(workspace, config),
        }
        with publishing(
            workspace, as_of=date.isoformat(), code_hash=code_hash(queries), input_hashes=hashes
        ) as new_run:
            rows = {"intake_ledger": new_run.publish(opened, flow_tables()["intake_ledger"])}
            rows |= build(
                opened,
                workspace,
                new_run,
                given=given,
                progress=report,
                seconds=seconds,
                steps=steps_of(config),
            )
            landing.rename(new_run.folder / RECORDS)
            leave_changes(workspace, new_run, now=now, as_of=date, decisions=f"{RECORDS}/decision.parquet")
    with suppress(OSError):  # the tables are in force, and the next run begins with what is missing
        settle(workspace)
    return RunResult(new_run.run_id, date, rows, seconds, len(loaded.problems))


def build(
    engine: Engine,
    workspace: Path,
    new_run: NewRun,
    *,
    given: set[str],
    progress: Progress,
    seconds: dict[str, float],
    steps: Sequence[Step] = STEPS,
) -> dict[str, int]:
    """Run every SQL step in order; publish each table of the contract, drop what nobody reads any more."""
    plan = [
        (step, queries) for step in steps for queries in _together(step, _ordered(step, workspace, given))
    ]
    last_reader = {t: queries[-1].name for _, queries in plan for query in queries for t in query.references}
    contract, rows = flow_tables(), {}
    for step, queries in plan:
        started = perf_counter()
        query = queries[-1]
        if len(queries) > 1:
            counts = put_in_stretches(engine, queries, contract[query.name])
        elif query.name in step.made_by_python:
            step.made_by_python[query.name][1](engine)
            counts = {query.name: 0}
        elif query.name in step.by_range:
            counted = step.by_range[query.name]
            counts = {query.name: create_by_range(engine, query, contract[query.name], counted=counted)}
        else:
            counts = {query.name: engine.create(query.name, query.sql)}
        if query.name in contract:
            rows[query.name] = new_run.publish(engine, contract[query.name])
        for table in [*counts, *(table for one in queries for table in one.references)]:
            if last_reader.get(table, query.name) == query.name:
                engine.drop(table)
        seconds[step.name] = seconds.get(step.name, 0.0) + perf_counter() - started
        for table, count in counts.items():
            progress(step.name, table, count)
    return rows


def _together(step: Step, ordered: Sequence[Query]) -> Iterator[tuple[Query, ...]]:
    """A step's queries one by one, but those made in stretches together, where the last of them is due."""
    waiting: list[Query] = []
    for query in ordered:
        if query.name not in step.in_stretches:
            yield (query,)
            continue
        waiting.append(query)
        if query.name == step.in_stretches[-1]:
            yield tuple(waiting)


def _ordered(step: Step, workspace: Path, given: set[str]) -> list[Query]:
    """A step's queries in order, with the workspace's own SQL for a table in place of ours."""
    override = workspace / "overrides"
    queries = [
        read_query(own) if (own := override / f"{q.name}.sql").is_file() else q for q in step.queries()
    ]
    ordered = in_order(queries, given)
    given |= {query.name for query in queries}
    return ordered


def prepare(
    engine: Engine,
    loaded: Loaded,
    landing: Path,
    config: Config,
    rules: Rules,
    *,
    as_of: datetime | None,
    now: datetime,
) -> tuple[datetime, set[str]]:
    """Give the engine the records, the rules, the clock and what strings say.

    Returns the as-of date and the names of the tables given.
    """
    found = {"intake_ledger": "intake_ledger", "intake_problem": "problem"}
    landed = loaded.tables | {name: landing / f"{file}.parquet" for name, file in found.items()}
    for name, file in landed.items():
        engine.load(name, file)
    put = rule_tables(rules)
    for name, table in put.items():
        engine.put(name, table)
    as_of_at = latest_known(engine, now) if as_of is None else micros(as_of)
    put |= put_clock(
        engine,
        as_of=as_of_at,
        live_since=config.company.live_since,
        currency=config.company.currency,
        policy_version=rules.version,
        models=[model.name for model in attribution_models()],
    )
    put |= read_strings(engine, rules, config.company, as_of=as_of_at)
    date = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=as_of_at)
    return date, {*landed, *put}


def _silent(step: str, table: str, rows: int) -> None:
    """No progress is asked for."""

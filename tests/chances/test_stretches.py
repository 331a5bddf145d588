"""The panel made a few Mondays at a time is the one made at once, row by row and in the order of its key."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from tests.chances.panels import built_panel
from tests.flow.random_company import records

from muster.canonical.tables import flow_tables
from muster.chances import stretches
from muster.engine import ranges
from muster.engine.duckdb_engine import DuckDBEngine
from muster.engine.queries import Query
from muster.steps import STEPS

PANEL = flow_tables()["panel"]
[STEP] = [step for step in STEPS if step.in_stretches]
MADE = {query.name: query for query in STEP.queries()}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    """Everything up to the panel of a drawn company, and that panel made at once as `whole`."""
    folder = tmp_path_factory.mktemp("stretches")
    with built_panel(folder, *records(5), as_of=datetime(2025, 9, 1, tzinfo=UTC)) as engine:
        assert engine.create("whole", "SELECT p.* FROM panel AS p") > 300
        yield engine


def _differences(engine: DuckDBEngine, **other: Query) -> tuple[int, int]:
    """How many stretches there are, and how many rows differ from those made at once."""
    engine.create("panel_stretch", MADE["panel_stretch"].sql)
    queries = tuple(other.get(name, MADE[name]) for name in STEP.in_stretches)
    count = len(list(stretches.stretches(engine)))
    rows = stretches.put_in_stretches(engine, queries, PANEL)
    between = "SELECT x.* FROM {} AS x EXCEPT ALL SELECT x.* FROM {} AS x"
    found = [
        engine.arrow(f"SELECT COUNT(*) AS n FROM ({between.format(*pair)}) AS d").to_pylist()[0]["n"]
        for pair in (("panel", "whole"), ("whole", "panel"))
    ]
    assert rows["panel"] == engine.arrow("SELECT COUNT(*) AS n FROM panel AS p").to_pylist()[0]["n"]
    return count, sum(found)


@pytest.mark.parametrize("rows", [1, 2_000, 10**9])
def test_no_stretch_changes_a_row(engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(stretches, "ROWS", rows)
    count, differences = _differences(engine)
    assert differences == 0
    assert count > 20 if rows == 1 else count > 2 if rows == 2_000 else count == 1


def test_the_suite_notices_acts_forgotten_at_the_edge(
    engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretches, "ROWS", 2_000)
    careless = MADE["actor_week"].sql.replace("s.from_at - 15724800000000", "s.from_at")
    assert careless != MADE["actor_week"].sql
    assert _differences(engine, actor_week=replace(MADE["actor_week"], sql=careless))[1] > 0


class Counting:
    """An engine that answers as if a company had next to nothing, and notes which tables were looked at."""

    def __init__(self) -> None:
        self.looked_at: set[str] = set()

    def arrow(self, sql: str) -> pa.Table:
        self.looked_at |= set(re.findall(r"\b(?:FROM|JOIN) (\w+)", sql))
        if "COUNT" in sql:
            return pa.table({"acts": [1], "n": [1]})
        return pa.table({"from_at": [0], "until_at": [7 * 86_400_000_000]})


def gone_by_then(looked_at: set[str], *queries: Query) -> set[str]:
    """Tables looked at beside the SQL that the flow, which knows only the SQL, may have dropped already."""
    return looked_at - {table for query in queries for table in query.references}


def test_what_is_counted_to_cut_stretches_is_still_there() -> None:
    """A run drops a table after its last reader, and knows readers by SQL: to count a table that no query
    of the stretches reads would stop every run, though tests that keep all tables pass."""
    engine = Counting()
    list(stretches.stretches(engine))  # type: ignore[arg-type]  only `arrow` is asked for
    assert engine.looked_at == {"panel_stretch", "numbered_act"}
    assert gone_by_then(engine.looked_at, *(MADE[name] for name in STEP.in_stretches)) == set()


def test_what_is_counted_to_cut_ranges_is_still_there() -> None:
    for step in STEPS:
        queries = {query.name: query for query in step.queries()}
        for name, counted in step.by_range.items():
            engine = Counting()
            list(ranges._cuts(engine, "account_id", counted))  # type: ignore[arg-type]
            assert gone_by_then(engine.looked_at, queries[name]) == set()


def test_the_suite_notices_a_count_of_a_table_that_is_gone() -> None:
    """The fault that was there once: `chance_act` counted, whose last reader comes before the stretches."""
    source = inspect.getsource(stretches.stretches).replace("FROM numbered_act", "FROM chance_act")
    faulty: dict[str, Any] = {}
    exec(compile(source, "faulty", "exec"), vars(stretches), faulty)
    engine = Counting()
    list(faulty["stretches"](engine))
    assert gone_by_then(engine.looked_at, *(MADE[name] for name in STEP.in_stretches)) == {"chance_act"}

"""One definition, equal results: the queries in `equality/` on every engine, row by row.

The expected tables were written by DuckDB 2.0.0 and lie in `equality/expected/`. When a query or
the company changes, `MUSTER_UPDATE=1 pytest tests/engine/test_equality.py` writes them anew.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp

from muster.canonical.tables import Table
from muster.engine.core_grammar import NODES
from muster.engine.core_sql import lint_all
from muster.engine.parity import compare
from muster.engine.protocol import Engine
from muster.engine.queries import read_queries
from muster.engine.syntax import read_tree
from muster.problems import CheckFailed

EQUALITY = Path(__file__).parent / "equality"
EXPECTED = EQUALITY / "expected"

Build = Callable[[Path], None]
Contracts = tuple[Table, ...]


def test_every_engine_makes_the_expected_tables(
    engine: Engine, build: Build, contracts: Contracts, tmp_path: Path
) -> None:
    if "MUSTER_UPDATE" in os.environ and engine.name == "duckdb":
        EXPECTED.mkdir(exist_ok=True)
        build(EXPECTED)
    build(tmp_path)
    assert compare(EXPECTED, tmp_path, contracts) == []


def test_the_expected_tables_hold_every_case(contracts: Contracts) -> None:
    """Empty tables would be equal too."""

    rows = {table.name: pq.read_table(EXPECTED / f"{table.name}.parquet") for table in contracts}
    assert min(table.num_rows for table in rows.values()) > 20
    for name in ("interval.left_week", "score.faded_week", "credit.engagement_id", "text_rank.three_valued"):
        table, column = name.split(".")
        values = rows[table][column]
        assert 0 < values.null_count < len(values), f"{name} should be null in some rows only"


def test_a_query_that_means_something_else_on_another_engine_is_caught(
    engine: Engine, build: Build, contracts: Contracts, tmp_path: Path
) -> None:
    """A cast that rounds on DuckDB and cuts off on Spark: the linter forbids it, parity sees why."""
    build(tmp_path)
    score = next(table for table in contracts if table.name == "score")
    careless = (EQUALITY / "score.sql").read_text("utf-8")
    careless = careless.replace("FLOOR(f.points + 5e-1 + 1e-6)", "f.points")
    engine.create("score", careless)
    engine.publish(score, tmp_path / "score.parquet")
    found = compare(EXPECTED, tmp_path, [score])
    if engine.name == "duckdb":
        assert found == []  # DuckDB rounds, as the careful query does
    else:
        assert {difference.column for difference in found} == {"whole_points"}
    (tmp_path / "score.sql").write_text(careless, "utf-8")
    assert any("DuckDB rounds where Spark cuts off" in str(fault) for fault in lint_all([
        tmp_path / "score.sql", EQUALITY / "weekly.sql",
    ]))  # fmt: skip


def test_every_engine_refuses_a_repeated_key(engine: Engine, contracts: Contracts, tmp_path: Path) -> None:
    credit = next(table for table in contracts if table.name == "credit")
    row = "SELECT 'o1' AS opportunity_id, CAST(NULL AS VARCHAR) AS engagement_id, 5 AS credit_cents"
    engine.create("credit", f"{row} UNION ALL {row}")
    with pytest.raises(CheckFailed, match="2 rows share the key opportunity_id = 'o1', engagement_id = None"):
        engine.publish(credit, tmp_path / "credit.parquet")


def test_every_engine_holds_replaces_and_forgets_tables(engine: Engine, tmp_path: Path) -> None:
    engine.put("held", pa.table({"n": [1, 2, 3]}))
    assert engine.create("held", "SELECT h.n FROM held AS h WHERE h.n > 1") == 2
    assert engine.arrow("SELECT MAX(h.n) AS n FROM held AS h").to_pylist() == [{"n": 3}]
    engine.drop("held")
    engine.drop("held")
    with pytest.raises(Exception, match="held"):
        engine.arrow("SELECT h.n FROM held AS h")


def test_a_table_without_rows_keeps_its_columns(engine: Engine, contracts: Contracts, tmp_path: Path) -> None:
    credit = next(table for table in contracts if table.name == "credit")
    engine.put("held", pa.table({"opportunity_id": ["o1"], "engagement_id": ["e1"], "credit_cents": [5]}))
    nothing = "SELECT h.opportunity_id, h.engagement_id, h.credit_cents FROM {} AS h WHERE h.credit_cents > 5"
    assert engine.create("empty", nothing.format("held")) == 0
    assert engine.create("credit", nothing.format("empty")) == 0
    assert engine.publish(credit, tmp_path / "credit.parquet") == 0
    assert pq.read_schema(tmp_path / "credit.parquet").names == list(credit.column_names)
    for name in ("held", "empty", "credit"):
        engine.drop(name)


def test_the_queries_are_core_sql_and_use_all_of_it() -> None:
    """Whatever the linter allows has been seen to give equal results."""
    queries = read_queries(EQUALITY)
    assert lint_all([query.path for query in queries]) == []
    used = {type(node) for query in queries for node in read_tree(query.sql, path=query.path).walk()}
    assert set(NODES) - used == set()
    assert exp.Anonymous in used  # INT_DIV


def test_a_table_appended_stretch_by_stretch_is_published_like_one_made_whole(
    engine: Engine, build: Build, contracts: Contracts, tmp_path: Path
) -> None:
    build(tmp_path)
    weekly = next(table for table in contracts if table.name == "weekly")
    columns = ", ".join(f"w.{name}" for name in weekly.column_names)
    contract = Table("kept", weekly.about, weekly.key, weekly.columns)
    engine.create("whole", f"SELECT {columns} FROM weekly AS w")
    first = weekly.key[0]
    for where in (f"w.{first} < 'a2'", f"w.{first} >= 'a2' AND w.{first} < 'a3'", f"w.{first} >= 'a3'"):
        engine.append("kept", f"SELECT {columns} FROM whole AS w WHERE {where}", key=weekly.key)
    assert engine.publish(contract, tmp_path / "kept.parquet") > 100
    assert (tmp_path / "kept.parquet").read_bytes() == (tmp_path / "weekly.parquet").read_bytes()
    engine.drop("kept")
    empty = engine.arrow(f"SELECT {columns} FROM whole AS w WHERE 1 = 0")
    assert engine.append("kept", empty) == 0
    assert engine.append("kept", engine.arrow("SELECT w.* FROM whole AS w")) == engine.create(
        "kept", "SELECT k.* FROM kept AS k"
    )

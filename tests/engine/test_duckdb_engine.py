"""The embedded engine: what it builds, what it refuses to publish, and the same bytes every time."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from muster.canonical.tables import Column, Table, flow_tables
from muster.engine import duckdb_engine
from muster.engine.duckdb_engine import DuckDBEngine
from muster.problems import CheckFailed

VISIT = Table(
    "visit",
    "A visit.",
    ("visitor_id", "at"),
    (
        Column("visitor_id", "text", "who; null for nobody"),
        Column("at", "instant", "when"),
        Column("seen_on", "day", "the day"),
        Column("weight", "points", "points"),
        Column("cost_cents", "cents", "cost"),
        Column("chance", "real", "chance"),
        Column("is_first", "flag", "first"),
        Column("pages", "integer", "pages"),
    ),
)
# 1 700 000 000 s is 2023-11-14 22:13:20 UTC, 1 699 920 000 s the midnight before.
VISITS = """
SELECT 'v' || CAST(n AS VARCHAR) AS visitor_id, 1700000000000000 + n AS at, 1699920000000000 AS seen_on,
    150 + n AS weight, 7 * n AS cost_cents, n / 4e0 AS chance, n = 1 AS is_first, 3 AS pages
FROM numbers
"""


def numbers(count: int) -> pa.Table:
    return pa.table({"n": pa.array(range(count), pa.int64())})


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(memory_limit="2GB", threads=2) as engine:
        engine.put("numbers", numbers(3))
        yield engine


def test_create_returns_the_number_of_rows_and_replaces(engine: DuckDBEngine) -> None:
    assert engine.create("t", "SELECT n.n FROM numbers AS n") == 3
    assert engine.create("t", "-- a sentence first\nSELECT n.n FROM numbers AS n WHERE n.n > 0") == 2
    assert engine.arrow("SELECT t.n FROM t ORDER BY t.n").to_pylist() == [{"n": 1}, {"n": 2}]
    engine.drop("t")
    engine.drop("t")


def test_load_reads_parquet_and_can_replace_a_table(engine: DuckDBEngine, tmp_path: Path) -> None:
    odd = tmp_path / "it's [1] * of 2?"
    odd.mkdir()
    for part, count in (("a", 5), ("b", 2)):
        pq.write_table(numbers(count), odd / f"{part}.parquet")
    engine.load("numbers", odd / "a.parquet")
    assert engine.arrow("SELECT COUNT(*) AS c FROM numbers").to_pylist() == [{"c": 5}]
    engine.load("numbers", odd)
    assert engine.arrow("SELECT COUNT(*) AS c FROM numbers").to_pylist() == [{"c": 7}]
    engine.drop("numbers")


def test_a_query_may_read_the_table_it_replaces(engine: DuckDBEngine) -> None:
    assert engine.create("numbers", "SELECT n.n FROM numbers AS n WHERE n.n > 0") == 2
    assert engine.create("numbers", "SELECT n.n FROM numbers AS n WHERE n.n > 1") == 1


def test_int_div_rounds_down_whole_numbers(engine: DuckDBEngine) -> None:
    found = engine.arrow("SELECT INT_DIV(CAST(9007199254740993 AS BIGINT), 2) AS half").to_pylist()
    assert found == [{"half": 4503599627370496}]


def test_published_columns_have_the_types_and_order_of_the_contract(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    engine.create("visit", VISITS.replace("SELECT", "SELECT 'not in the contract' AS extra,", 1))
    assert engine.publish(VISIT, tmp_path / "visit.parquet") == 3
    schema = pq.read_schema(tmp_path / "visit.parquet")
    assert schema.names == list(VISIT.column_names)
    assert [str(t) for t in schema.types] == [
        "string", "timestamp[us]", "date32[day]", "decimal128(9, 2)", "int64", "double", "bool", "int64",
    ]  # fmt: skip
    first = {k: str(v) for k, v in pq.read_table(tmp_path / "visit.parquet").to_pylist()[1].items()}
    assert first["at"] == "2023-11-14 22:13:20.000001"
    assert first["seen_on"] == "2023-11-14"
    assert first["weight"] == "1.51"
    assert first["cost_cents"] == "7"


def test_rows_are_published_in_key_order_nulls_first(engine: DuckDBEngine, tmp_path: Path) -> None:
    shuffled = VISITS.replace(
        "'v' || CAST(n AS VARCHAR)", "CASE WHEN n <> 1 THEN 'v' || CAST(9 - n AS VARCHAR) END"
    )
    engine.create("visit", shuffled)
    engine.publish(VISIT, tmp_path / "visit.parquet")
    assert pq.read_table(tmp_path / "visit.parquet")["visitor_id"].to_pylist() == [None, "v7", "v9"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("3 AS pages", "3 AS pagse", "column pages (pages) is missing"),
        ("3 AS pages", "'3' AS pages", "column pages is VARCHAR, the contract says BIGINT"),
        ("n / 4e0", "0.25", "column chance is DECIMAL(3,2), the contract says DOUBLE"),
        ("7 * n", "SUM(n) OVER ()", "column cost_cents is HUGEINT"),
        ("n = 1", "n", "column is_first is BIGINT, the contract says BOOLEAN"),
        ("1700000000000000 + n AS at", "CAST(NULL AS BIGINT) AS at", "key column at is null in 3 rows"),
    ],
)
def test_a_table_that_breaks_its_contract_is_not_published(
    engine: DuckDBEngine, tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    assert old in VISITS
    engine.create("visit", VISITS.replace(old, new))
    with pytest.raises(CheckFailed) as caught:
        engine.publish(VISIT, tmp_path / "visit.parquet")
    assert complaint in str(caught.value)
    assert not (tmp_path / "visit.parquet").exists()


def test_a_repeated_key_is_not_published(engine: DuckDBEngine, tmp_path: Path) -> None:
    engine.create("visit", VISITS + " UNION ALL " + VISITS + " WHERE n = 2")
    with pytest.raises(CheckFailed, match=r"2 rows share the key visitor_id = 'v2', at = 1700000000000002"):
        engine.publish(VISIT, tmp_path / "visit.parquet")


def test_two_nulls_in_a_key_are_the_same_key(engine: DuckDBEngine, tmp_path: Path) -> None:
    twice = VISITS.replace("'v' || CAST(n AS VARCHAR)", "CAST(NULL AS VARCHAR)").replace("0000 + n", "0000")
    engine.create("visit", twice)
    with pytest.raises(CheckFailed, match="3 rows share the key visitor_id = None"):
        engine.publish(VISIT, tmp_path / "visit.parquet")


@pytest.mark.parametrize(("groups", "found"), [(256, 3), (1, 1)])
def test_the_more_rows_the_more_of_them_are_read_together(
    engine: DuckDBEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, groups: int, found: int
) -> None:
    monkeypatch.setattr(duckdb_engine, "_GROUPS", groups)
    file = tmp_path / "visit.parquet"
    engine.put("numbers", numbers(50_000))
    engine.create("visit", VISITS)
    engine.publish(VISIT, file)
    assert pq.ParquetFile(file).num_row_groups == found


def test_groups_of_rows_grow_between_two_sizes() -> None:
    sizes = [duckdb_engine.row_group(rows) for rows in (0, 5_242_880, 5_242_881, 10_000_000, 10**9)]
    assert sizes == [20_480, 20_480, 22_528, 40_960, 81_920]


def test_points_keep_every_hundredth(engine: DuckDBEngine, tmp_path: Path) -> None:
    engine.put("numbers", numbers(200_000))
    engine.create("visit", VISITS.replace("150 + n AS weight", "n - 100000 AS weight"))
    engine.publish(VISIT, tmp_path / "visit.parquet")
    written = pq.read_table(tmp_path / "visit.parquet")
    hundredths = {int(w * 100) for w in written["weight"].to_pylist()}
    assert hundredths == set(range(-100_000, 100_000))


def test_every_published_table_can_be_written_empty(engine: DuckDBEngine, tmp_path: Path) -> None:
    types = {"text": "VARCHAR", "real": "DOUBLE", "flag": "BOOLEAN"}
    for table in flow_tables().values():
        columns = ", ".join(
            f'CAST(NULL AS {types.get(c.type, "BIGINT")}) AS "{c.name}"' for c in table.columns
        )
        engine.create(table.name, f"SELECT {columns} FROM numbers AS n WHERE n.n < 0")
        assert engine.publish(table, tmp_path / f"{table.name}.parquet") == 0


def test_two_runs_on_two_threads_write_the_same_bytes(tmp_path: Path) -> None:
    digests = []
    for run in range(2):
        with DuckDBEngine(memory_limit="2GB", threads=2) as engine:
            # The second run sees the rows in another order, as another machine might.
            scrambled = "(n.n * 7919 + 13) % 1200007" if run else "n.n"
            engine.put("numbers", numbers(1_200_007))
            engine.create("numbers_seen", f"SELECT {scrambled} AS n FROM numbers AS n")
            engine.create("visit", VISITS.replace("numbers", "numbers_seen"))
            assert engine.publish(VISIT, tmp_path / f"{run}.parquet") == 1_200_007
        digests.append(hashlib.sha256((tmp_path / f"{run}.parquet").read_bytes()).hexdigest())
    assert digests[0] == digests[1]


def test_tables_larger_than_memory_spill_and_nothing_is_left_behind(tmp_path: Path) -> None:
    with DuckDBEngine(memory_limit="150MB", threads=2, scratch=tmp_path) as engine:
        engine.put("numbers", numbers(1_000_000))
        for copy in range(4):
            engine.create(f"t{copy}", "SELECT n.n, MD5(CAST(n.n AS VARCHAR)) AS id FROM numbers AS n")
        assert any(tmp_path.rglob("*.tmp"))
        assert engine.arrow("SELECT COUNT(*) AS c FROM t0 JOIN t3 ON t3.id = t0.id").to_pylist() == [
            {"c": 1_000_000}
        ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("second", "complaint"),
    [
        ("n <> 1", "rows of visitor_id v0 came after those of v1"),
        ("n = 0", "rows of visitor_id v0 came after those of v1"),
    ],
)
def test_stretches_that_overlap_or_come_out_of_order_are_not_published(
    engine: DuckDBEngine, tmp_path: Path, second: str, complaint: str
) -> None:
    engine.append("visit", VISITS + " WHERE n < 2", key=VISIT.key)
    engine.append("visit", VISITS + f" WHERE {second}", key=VISIT.key)
    with pytest.raises(CheckFailed, match=complaint):
        engine.publish(VISIT, tmp_path / "visit.parquet")


def test_a_key_repeated_within_a_stretch_is_not_published(engine: DuckDBEngine, tmp_path: Path) -> None:
    engine.append("visit", VISITS + " UNION ALL " + VISITS + " WHERE n = 2", key=VISIT.key)
    with pytest.raises(CheckFailed, match=r"2 rows share the key visitor_id = 'v2'"):
        engine.publish(VISIT, tmp_path / "visit.parquet")


def test_a_table_held_in_files_leaves_none_behind(tmp_path: Path) -> None:
    with DuckDBEngine(scratch=tmp_path) as engine:
        engine.append("numbers", numbers(3))
        assert list(tmp_path.rglob("*.parquet"))
        engine.drop("numbers")
        assert not list(tmp_path.rglob("*.parquet"))


def test_a_table_without_rows_has_the_same_file_whoever_writes_it_and_is_checked_all_the_same(
    engine: DuckDBEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / f"{name}.parquet" for name in ("first", "second", "third")]
    for file in files[:2]:
        engine.create("visit", f"{VISITS} WHERE n > 99")
        assert engine.publish(VISIT, file) == 0
    monkeypatch.setattr(duckdb_engine, "WITHOUT_ROWS", {})  # as in another process
    with DuckDBEngine(memory_limit="2GB", threads=1) as other:
        other.put("numbers", numbers(0))
        other.create("visit", VISITS)
        assert other.publish(VISIT, files[2]) == 0
        other.create("visit", VISITS.replace("7 * n AS", "7e0 * n AS"))
        with pytest.raises(CheckFailed, match="cost_cents is DOUBLE"):
            other.publish(VISIT, files[2])
    assert len({file.read_bytes() for file in files}) == 1
    assert pq.read_schema(files[0]).names == [column.name for column in VISIT.columns]
    engine.create("visit", VISITS)
    assert engine.publish(VISIT, files[0]) == 3
    assert pq.read_table(files[0]).num_rows == 3

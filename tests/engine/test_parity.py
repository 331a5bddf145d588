"""Two folders of tables compared: every seeded fault is found and named, and nothing else is."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from muster.canonical.tables import Column, Table
from muster.engine.duckdb_engine import DuckDBEngine
from muster.engine.parity import Difference, compare, main

RESULT = Table(
    "result",
    "A result.",
    ("id", "at"),
    (
        Column("id", "text", "who; null for nobody"),
        Column("at", "instant", "when"),
        Column("cents", "cents", "cents"),
        Column("points", "points", "points"),
        Column("chance", "real", "chance"),
        Column("is_won", "flag", "won"),
    ),
)
ROWS: list[dict[str, Any]] = [
    {"id": name, "at": at, "cents": 10**17 + at, "points": 5 * at, "chance": at / 7, "is_won": at % 3 == 0}
    for name in (None, "a", "b")
    for at in range(1, 50)
]
SCHEMA = pa.schema(
    {"id": pa.string(), "at": pa.int64(), "cents": pa.int64(), "points": pa.int64(), "chance": pa.float64()}
    | {"is_won": pa.bool_()}
)


def publish(folder: Path, rows: list[dict[str, Any]]) -> Path:
    folder.mkdir()
    with DuckDBEngine(memory_limit="1GB") as engine:
        engine.put("result", pa.Table.from_pylist(rows, SCHEMA))
        engine.publish(RESULT, folder / "result.parquet")
    return folder


def change(**values: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda row: row | values


@pytest.fixture
def left(tmp_path: Path) -> Path:
    return publish(tmp_path / "left", ROWS)


def test_equal_tables_have_no_differences_whatever_order_they_were_made_in(
    left: Path, tmp_path: Path
) -> None:
    assert compare(left, publish(tmp_path / "right", ROWS[::-1]), [RESULT]) == []


@pytest.mark.parametrize(
    ("fault", "column"),
    [
        (change(cents=10**17 + 8), "cents"),  # one cent off, beyond what a double can hold
        (change(points=36), "points"),
        (change(chance=1.0000001), "chance"),
        (change(chance=None), "chance"),
        (change(chance=math.nan), "chance"),
        (change(chance=math.inf), "chance"),
        (change(is_won=True), "is_won"),
        (change(is_won=None), "is_won"),
    ],
)
def test_one_changed_value_is_found(
    fault: Callable[[dict[str, Any]], dict[str, Any]], column: str, left: Path, tmp_path: Path
) -> None:
    place = next(n for n, row in enumerate(ROWS) if row["id"] == "a" and row["at"] == 7)
    rows = [*ROWS[:place], fault(ROWS[place]), *ROWS[place + 1 :]]
    [found] = compare(left, publish(tmp_path / "right", rows), [RESULT])
    assert (found.table, found.column, dict(found.key)["id"]) == ("result", column, "a")
    assert found.left != found.right


def test_a_difference_reads_as_a_sentence(left: Path, tmp_path: Path) -> None:
    rows = [row | {"points": 6} if row["id"] is None and row["at"] == 1 else row for row in ROWS]
    [found] = compare(left, publish(tmp_path / "right", rows), [RESULT])
    assert str(found) == (
        "result (id = None, at = 1970-01-01 00:00:00.000001): points is 0.05 on the left, 0.06 on the right"
    )


def test_the_last_digits_of_a_double_may_differ(left: Path, tmp_path: Path) -> None:
    rows = [row | {"chance": row["chance"] * (1 + 5e-10)} for row in ROWS]
    assert compare(left, publish(tmp_path / "right", rows), [RESULT]) == []
    rows = [row | {"chance": row["chance"] * (1 + 2e-9)} for row in ROWS]
    assert len(compare(left, publish(tmp_path / "wrong", rows), [RESULT])) == 20


@pytest.mark.parametrize("value", [0.0, None, math.inf, -math.inf, math.nan])
def test_odd_doubles_equal_themselves(value: float | None, tmp_path: Path) -> None:
    rows = [row | {"chance": value} for row in ROWS]
    assert compare(publish(tmp_path / "one", rows), publish(tmp_path / "two", rows), [RESULT]) == []


def test_missing_rows_are_found_on_either_side(left: Path, tmp_path: Path) -> None:
    right = publish(tmp_path / "right", [row for row in ROWS if not (row["id"] is None and row["at"] == 7)])
    [found] = compare(left, right, [RESULT])
    assert (found.column, found.left, found.right) == (None, "there", "missing")
    [found] = compare(right, left, [RESULT])
    assert (found.column, found.left, found.right) == (None, "missing", "there")


def test_missing_tables_and_other_types_are_found(left: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    [found] = compare(left, tmp_path / "empty", [RESULT])
    assert isinstance(found, Difference)
    assert found.right == "missing"
    (tmp_path / "other").mkdir()
    table = pq.read_table(left / "result.parquet")
    pq.write_table(
        table.set_column(2, "cents", table["cents"].cast("string")), tmp_path / "other/result.parquet"
    )
    [found] = compare(left, tmp_path / "other", [RESULT])
    assert "cents BIGINT" in found.left
    assert "cents VARCHAR" in found.right


def test_the_command_tells_equal_from_different_and_names_wrong_use(tmp_path, capsys) -> None:
    left, right = tmp_path / "left", tmp_path / "right" / ".muster" / "tables"
    for folder, lead in ((left, "a"), (right, "b")):
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"lead": [lead]}), folder / "not_of_the_contract.parquet")
    assert main([str(left), str(left)]) == 0
    pq.write_table(pa.table({"problem": ["x"]}), left / "problem.parquet")
    assert main([str(left), str(tmp_path / "right")]) == 1
    assert (
        "problem: the table is problem VARCHAR on the left, missing on the right" in capsys.readouterr().out
    )
    assert main([str(left)]) == 2
    assert main([str(left), str(tmp_path / "nowhere")]) == 2

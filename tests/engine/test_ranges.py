"""A table made range by range is the one made whole, to the bytes it is published in."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from muster.canonical.tables import Column, Table
from muster.engine import ranges
from muster.engine.duckdb_engine import DuckDBEngine
from muster.engine.queries import Query
from muster.problems import CheckFailed

ACCOUNTS = [f"o'{number * 7919 % 40:02d}" for number in range(40)]
VISITS = Table(
    "visits",
    "Visits of an account in each week.",
    ("account_id", "week"),
    (
        Column("account_id", "text", "who"),
        Column("week", "integer", "when"),
        Column("pages", "integer", "how many"),
    ),
)
SQL = """-- Visits of an account in each week.
WITH counted AS (
    SELECT v.account_id, v.week, CAST(SUM(v.pages) AS BIGINT) AS pages
    FROM visit AS v
    GROUP BY v.account_id, v.week
)

SELECT c.account_id, c.week, c.pages
FROM counted AS c
"""


def query(sql: str = SQL) -> Query:
    return Query("visits", Path("visits.sql"), sql, {"visit": 5})


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    """Accounts of one to forty weeks each."""
    rows = [
        {"account_id": account, "week": week, "pages": week % 3}
        for number, account in enumerate(ACCOUNTS)
        for week in range(number + 1)
    ]
    with DuckDBEngine(threads=2) as engine:
        engine.put("visit", pa.Table.from_pylist(rows))
        yield engine


@pytest.mark.parametrize(("rows", "files"), [(10**9, 0), (820, 0), (300, 3), (1, 40)])
def test_ranges_publish_the_bytes_of_a_table_made_whole(
    engine: DuckDBEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, files: int
) -> None:
    engine.create("visits", SQL)
    engine.publish(VISITS, tmp_path / "whole.parquet")
    engine.drop("visits")
    monkeypatch.setattr(ranges, "ROWS", rows)
    assert ranges.create_by_range(engine, query(), VISITS, counted="visit") == 820
    assert len(list((engine._folder / "visits").glob("*"))) == files
    assert engine.publish(VISITS, tmp_path / "ranges.parquet") == 820
    assert (tmp_path / "ranges.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()


def test_a_repeated_key_is_found_in_whatever_range_it_is(
    engine: DuckDBEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranges, "ROWS", 100)
    twice = SQL + "UNION ALL\nSELECT c.account_id, c.week, c.pages FROM counted AS c WHERE c.week = 39\n"
    ranges.create_by_range(engine, query(twice), VISITS, counted="visit")
    with pytest.raises(CheckFailed, match="2 rows share the key"):
        engine.publish(VISITS, tmp_path / "visits.parquet")

"""Rows made for a scope stay as long as somebody holds them, are that scope's alone, and leave no trace."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from muster.access.seen import Seen
from muster.access.viewer import EVERYTHING, Viewer

_ACCOUNTS = "SELECT a.account_id FROM account AS a WHERE a.account_id >= $first"


@pytest.fixture
def tables(bundled: Path) -> Path:
    return bundled / ".muster" / "tables"


def held_tables(seen: Seen) -> int:
    [row] = seen.records("SELECT COUNT(*) AS n FROM duckdb_tables() AS t WHERE t.table_name LIKE 'held_%'")
    return int(row["n"])


def test_what_one_reads_was_made_of_the_rows_they_may_see(tables: Path) -> None:
    with Seen(tables, EVERYTHING) as all_rows:
        everything = all_rows.hold(_ACCOUNTS, {"first": ""})
        [row] = all_rows.records("SELECT mode(a.owner_id) AS owner_id FROM account AS a")
        rep = Viewer(7, "Rep", "rep@example.com", "rep", frozenset({row["owner_id"]}))
        with Seen(tables, rep) as own:
            held = own.hold(_ACCOUNTS, {"first": ""})
            there = {row["account_id"] for row in own.records(f"SELECT account_id FROM {held.name}")}
            seen = {row["account_id"] for row in own.records("SELECT a.account_id FROM account AS a")}
        assert there == seen
        assert 0 < len(held) == len(there) < len(everything)


def test_it_outlives_the_page_that_made_it_and_goes_when_nobody_holds_it(tables: Path) -> None:
    with Seen(tables, EVERYTHING) as one:
        held = one.hold(_ACCOUNTS, {"first": ""})
        others = held_tables(one) - 1
    with Seen(tables, EVERYTHING) as other:
        [row] = other.records(f"SELECT COUNT(*) AS n FROM {held.name}")
        assert row["n"] == len(held)
        del held
        kept = [other.hold(_ACCOUNTS, {"first": ""}) for _ in range(3)]
        assert held_tables(other) == others + len(kept)
        del kept
        last = other.hold(_ACCOUNTS, {"first": ""})
        assert held_tables(other) == others + 1 and len(last) > 0


def test_many_who_make_and_let_go_at_once_disturb_nobody(tables: Path) -> None:
    def work(_: int) -> int:
        with Seen(tables, EVERYTHING) as seen:
            held = [seen.hold(_ACCOUNTS, {"first": ""}) for _ in range(10)]
            asked = [seen.records(f"SELECT COUNT(*) AS n FROM {one.name}")[0]["n"] for one in held]
            return sum(n == len(one) for n, one in zip(asked, held, strict=True))

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, range(24))) == [10] * 24

"""What decisions are held against here: a handful of rows, no run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.store.conftest import kept_in, postgresql

from muster.config.settings import StoreConfig
from muster.deciding.facts import Facts
from muster.rules.read import read_rules
from muster.store.opening import Store, upgrade

__all__ = ["kept_in", "postgresql"]
G1, G2 = "g0000000000000001", "g0000000000000002"
_TABLES = f"""
    CREATE TABLE hand_off AS SELECT * FROM (VALUES
        ('{G1}-1', '{G1}', TIMESTAMP '2026-01-05', 'rep-1', 'Acme for data-platform'),
        ('{G1}-2', '{G1}', TIMESTAMP '2026-02-02', 'rep-1', 'Acme for data-platform, again'),
        ('{G2}-1', '{G2}', TIMESTAMP '2026-02-02', 'rep-2', 'Bolt for data-platform')
    ) AS h(hand_off_id, buying_group_id, "at", owner_id, sentence);
    CREATE TABLE buying_group AS SELECT * FROM (VALUES
        ('{G1}', 'a1', 'data-platform', CAST(NULL AS TIMESTAMP)), ('{G2}', 'a2', 'data-platform', NULL)
    ) AS g(buying_group_id, account_id, solution_id, closed_at);
    CREATE TABLE disposition AS SELECT * FROM (VALUES
        ('{G2}-1', 'worked', CAST(NULL AS VARCHAR), TIMESTAMP '2026-02-03')
    ) AS d(hand_off_id, outcome, reason, "at");
    CREATE TABLE account AS SELECT * FROM (VALUES
        ('a1', 'acme.example'), ('a2', NULL)
    ) AS a(account_id, domain);
    CREATE TABLE account_alias AS SELECT * FROM (VALUES
        ('001B', 'a1'), ('001A', 'a1'), ('001C', 'a2')
    ) AS a(account_record_id, account_id);
    CREATE TABLE account_domain AS SELECT * FROM (VALUES
        ('acme.example', 'a1'), ('acme.test', 'a1')
    ) AS d(domain, account_id);
    CREATE TABLE person AS SELECT 'rep-3' AS owner_id;
"""


class HandMade:
    """Tables in memory, made when they are asked: a process that forks has no database open."""

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(config={"threads": 1})
        connection.execute(_TABLES)
        return connection

    def records(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        cursor = self._connection.cursor().execute(sql, parameters)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    """A run as of 27 February 2026 that read no decision."""
    return Facts(HandMade(), "2026-02-27T00:00:00+00:00", read_rules(tmp_path / "rules"), ())


@pytest.fixture
def store(tmp_path: Path, kept_in: StoreConfig) -> Iterator[Store]:
    with closing(upgrade(tmp_path, kept_in)[0]) as made:
        yield made

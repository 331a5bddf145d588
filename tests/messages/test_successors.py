"""A hand-off whose id gave way since a message told of it is found again, and never another one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from muster.config.settings import StoreConfig
from muster.messages.successors import hand_off_now
from muster.reports.published import Published
from muster.store import told
from muster.store.deliveries import Outgoing, put
from muster.store.opening import Store, upgrade

MONDAY = datetime(2026, 3, 2)


class Tables(Published):
    """Published tables, written by hand."""

    def __init__(self) -> None:
        self.made = duckdb.connect()
        self.made.execute(
            """CREATE TABLE hand_off (hand_off_id VARCHAR, buying_group_id VARCHAR, "at" TIMESTAMP);
            CREATE TABLE buying_group (buying_group_id VARCHAR, account_id VARCHAR, solution_id VARCHAR);
            CREATE TABLE merged_account (account_id VARCHAR, into_account_id VARCHAR);
            CREATE TABLE account_alias (account_id VARCHAR, account_record_id VARCHAR);
            CREATE TABLE account_domain (account_id VARCHAR, domain VARCHAR);
            INSERT INTO merged_account VALUES ('old', 'middle'), ('middle', 'new')"""
        )

    def hand_off(self, group: str, *, days: float = 0, account: str = "new", solution: str = "x") -> None:
        self.made.execute("INSERT INTO buying_group VALUES (?, ?, ?)", [group, account, solution])
        at = MONDAY + timedelta(days=days)
        self.made.execute("INSERT INTO hand_off VALUES (?, ?, ?)", [f"{group}-1", group, at])

    def records(self, sql: str, parameters: Any = ()) -> list[dict[str, Any]]:
        found = self.made.execute(sql, list(parameters))
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(upgrade(tmp_path, StoreConfig())[0]) as made:
        tell(made, "gone-1")
        yield made


def tell(store: Store, hand_off_id: str, *, account: str = "old") -> None:
    told = Outgoing(
        key=f"hand_off:{hand_off_id}:slack:target:t",
        kind="hand_off",
        channel="slack",
        payload={},
        target_id="t",
        account_id=account,
        topic="x",
        happened_at=MONDAY.replace(tzinfo=UTC).isoformat(),
    )
    put(store, [told], now=MONDAY.replace(tzinfo=UTC))


def test_it_is_found_by_an_id_its_account_had_and_the_nearest_in_time_is_meant(store: Store) -> None:
    tables = Tables()
    tables.hand_off("far", days=-3)
    tables.hand_off("near", days=2)
    assert hand_off_now(store, tables, "gone-1") == "near-1"


def test_another_account_solution_or_month_is_another_hand_off(store: Store) -> None:
    tables = Tables()
    tables.hand_off("g1", account="other")
    tables.hand_off("g2", solution="y")
    tables.hand_off("g3", days=8)
    assert hand_off_now(store, tables, "gone-1") is None
    assert hand_off_now(store, tables, "never-told-1") is None
    assert hand_off_now(store, tables, "gone_1") is None and hand_off_now(store, tables, "%") is None


def test_of_two_as_near_neither_is_meant(store: Store) -> None:
    tables = Tables()
    tables.hand_off("g1", days=-1)
    tables.hand_off("g2", days=1)
    assert hand_off_now(store, tables, "gone-1") is None


def test_one_that_was_told_by_its_own_id_is_another_units(store: Store) -> None:
    tables = Tables()
    tables.hand_off("unit")
    tell(store, "unit-1", account="new")
    assert hand_off_now(store, tables, "gone-1") is None


def test_one_that_is_taken_however_long_ago_is_noticed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = Tables()
    tables.hand_off("later", days=90)
    assert hand_off_now(store, tables, "gone-1") is None
    monkeypatch.setitem(told.MOVES, "hand_off", timedelta(days=365))
    assert hand_off_now(store, tables, "gone-1") == "later-1"

"""Rows asked by ids are those of the same table's view: what a page reads is held to the same rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.access.invented_accounts import REP, write_company

from muster.access import scope
from muster.access.seen import Seen
from muster.access.table_rules import table_rules
from muster.access.viewer import EVERYTHING

VIEWERS = (
    REP,
    replace(REP, territories=frozenset()),
    replace(REP, owner_ids=frozenset()),
    replace(REP, owner_ids=frozenset(), territories=frozenset()),
    replace(EVERYTHING, role="analyst"),
    EVERYTHING,
)


@pytest.fixture(scope="module", params=[scope._FEW, -1], ids=["in memory", "from files"])
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Seven accounts, every table, and ids of others wherever a row may name one.

    Its tables are kept in memory, as they have few rows, or asked in their files, as large ones are.
    """
    folder = tmp_path_factory.mktemp("runs") / "000001"
    write_company(folder, noise=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scope, "_FEW", request.param)
        yield folder


def questions(tables: Seen) -> Iterator[tuple[str, list[str], str, list[str]]]:
    """Each table with a rule, its columns, and each of its columns of ids with what is in it."""
    for table in sorted(table_rules()):
        if table.startswith("record_") and not tables.has_records:
            continue
        rows = tables.records(f'SELECT * FROM "{table}"')
        for by in (column for column in (rows[0] if rows else ()) if column.endswith("_id")):
            yield table, list(rows[0]), by, sorted({str(row[by]) for row in rows if row[by] is not None})


def differences(company: Path) -> set[str]:
    """The tables whose rows by ids are others than the view's, for any viewer and column of ids."""
    with Seen(company, EVERYTHING) as everything:
        asked = list(questions(everything))
    assert len(asked) > 100
    found = set()
    for viewer in VIEWERS:
        with Seen(company, viewer) as tables:
            for table, columns, by, ids in asked:
                quick = tables.rows(table, columns, by=by, among=ids)
                slow = tables.records(f'SELECT * FROM "{table}" WHERE list_contains(?, "{by}")', [ids])
                if sorted(map(repr, quick)) != sorted(map(repr, slow)):
                    found.add(table)
    return found


def test_rows_by_ids_are_the_rows_of_the_view_for_every_table_and_viewer(company: Path) -> None:
    assert differences(company) == set()


def test_a_further_condition_and_no_ids(company: Path) -> None:
    with Seen(company, REP) as tables:
        ids = [row["account_id"] for row in tables.records("SELECT account_id FROM account")]
        some = tables.rows(
            "buying_group", ("account_id",), by="account_id", among=ids, where="account_id > ?", given=["a0"]
        )
        assert sorted(row["account_id"] for row in some) == sorted({*ids} - {"a0"})
        assert tables.rows("buying_group", ("account_id",), by="account_id", among=()) == []


def test_rows_that_are_not_held_against_the_rule_are_noticed(
    company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Seen, "_seen", lambda self, name, ids: {key for key in ids if key is not None})
    assert {"account", "buying_group", "member", "person", "resolved_engagement"} <= differences(company)


def test_columns_that_are_not_emptied_are_noticed(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Seen._hold

    def without_hiding(self: Seen, rule: Any, by: str, rows: list[dict[str, Any]]) -> None:
        held(self, replace(rule, hides=()), by, rows)

    monkeypatch.setattr(Seen, "_hold", without_hiding)
    assert {"account", "person", "second_lead", "share"} <= differences(company)

"""Rows asked by ids are those of the same table's view: what a page reads is held to the same rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from muster.access import seen as seen_module
from muster.access.seen import Seen
from muster.access.table_rules import TableRule, rule_of, table_rules
from muster.access.viewer import EVERYTHING, Viewer

ASKED = 100  # ids of a column: more than a page asks at once, mostly


@pytest.fixture(scope="module")
def viewers(bundled: Path) -> list[Viewer]:
    """A region's rep, one who has accounts of their own, one who sees nothing, and the office."""
    with Seen(bundled / ".muster" / "tables", EVERYTHING) as tables:
        [owner] = tables.records("SELECT mode(owner_id) AS id FROM account")
        [region] = tables.records("SELECT mode(region) AS name FROM account")
    rep = replace(EVERYTHING, role="rep")
    return [
        replace(rep, territories=frozenset({f"region:{region['name']}"})),
        replace(rep, owner_ids=frozenset({owner["id"]})),
        rep,
        replace(EVERYTHING, role="analyst"),
    ]


def columns_to_ask(tables: Seen, names: Iterable[str]) -> Iterator[tuple[str, list[str], str, list[str]]]:
    """Each of these tables, its columns, and each of its columns of ids with some of the ids in it."""
    for table in sorted(names):
        if table.startswith("record_") and not tables.has_records:
            continue
        described = tables.records(f'SELECT * FROM "{table}" LIMIT 1')
        if not described:
            continue
        columns = list(described[0])
        for column in (c for c in columns if c.endswith("_id")):
            asked = tables.records(
                f'SELECT DISTINCT CAST("{column}" AS VARCHAR) AS id FROM "{table}" '
                f'WHERE "{column}" IS NOT NULL ORDER BY hash("{column}") LIMIT {ASKED}'
            )
            yield table, columns, column, [row["id"] for row in asked]


def in_order(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(map(repr, rows))


def differences(folder: Path, viewers: list[Viewer], names: Iterable[str]) -> set[str]:
    """Of these tables those whose rows by ids are others than the view's, for any viewer and column."""
    found = set()
    with Seen(folder, EVERYTHING) as everything:
        questions = list(columns_to_ask(everything, names))
    for viewer in viewers:
        with Seen(folder, viewer) as tables:
            for table, columns, by, ids in questions:
                quick = tables.rows(table, columns, by=by, among=ids)
                marks = ", ".join("?" * len(ids))
                slow = (
                    tables.records(f'SELECT * FROM "{table}" WHERE "{by}" IN ({marks})', ids) if ids else []
                )
                if in_order(quick) != in_order(slow):
                    found.add(table)
    return found


def test_rows_by_ids_are_the_rows_of_the_view_for_every_table_and_viewer(
    bundled: Path, viewers: list[Viewer]
) -> None:
    assert differences(bundled / ".muster" / "tables", viewers, table_rules()) == set()


def test_a_further_condition_and_no_ids(bundled: Path, viewers: list[Viewer]) -> None:
    with Seen(bundled / ".muster" / "tables", viewers[0]) as tables:
        ids = [row["account_id"] for row in tables.records("SELECT account_id FROM account")]
        cycles = tables.rows(
            "buying_group", ("cycle",), by="account_id", among=ids, where="cycle > ?", given=[1]
        )
        assert tables.rows("buying_group", ("cycle",), by="account_id", among=()) == []
        assert {row["cycle"] for row in cycles} == {
            row["cycle"] for row in tables.records("SELECT cycle FROM buying_group WHERE cycle > 1")
        }


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(lambda rule: replace(rule, hides=()), id="nothing is emptied"),
        pytest.param(
            lambda rule: replace(rule, among="account_id", by="account_id"), id="by the account alone"
        ),
    ],
)
def test_a_rule_that_is_not_kept_is_noticed(
    bundled: Path, viewers: list[Viewer], fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(table: str) -> TableRule:
        rule = rule_of(table)
        return fault(rule) if table == "person" else rule

    monkeypatch.setattr(seen_module, "rule_of", broken)
    assert differences(bundled / ".muster" / "tables", viewers, ["person"]) == {"person"}

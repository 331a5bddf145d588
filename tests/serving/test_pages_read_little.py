"""A page of one account reads its part of the files and not the rest, in a handful of questions.

How long a page takes is measured by bench/pages.py; here is what makes it quick, which no load can hide.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from muster.access import scope
from muster.access.scope import Held
from muster.access.seen import Seen
from muster.access.viewer import EVERYTHING
from muster.canonical.tables import Table, flow_tables
from muster.reports.horizon import horizon_of
from muster.serving.figures.account.whole import account_of, accounts_of
from muster.serving.figures.board import Week
from muster.serving.figures.group.whole import whole_groups
from muster.serving.figures.group_board import group_cards
from muster.serving.figures.person.whole import people_of
from muster.serving.figures.worklist import items, told_of

GROUP = 2_048  # rows that are read or left out together: the least that DuckDB writes
LARGE = ("resolved_engagement", "group_engagement", "visitor_match")
AS_OF = datetime(2100, 1, 1)


class Watched(Seen):
    """What a viewer sees, counting questions, and for each file the groups of rows they read of it."""

    def __init__(self, tables: Path) -> None:
        super().__init__(tables, EVERYTHING)
        self.questions = 0
        self.joins = 0
        self.read: Counter[str] = Counter()
        self.there: Counter[str] = Counter()

    def records(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        """As asked; then once more, for how it was answered."""
        self.questions += 1
        self.joins += " JOIN " in sql
        found = super().records(sql, parameters)
        self._watch(sql, parameters)
        return found

    def hold(self, sql: str, parameters: Mapping[str, Any]) -> Held:
        """As made; then once more, for how."""
        held = super().hold(sql, parameters)
        self._watch(sql, dict(parameters))
        return held

    def _watch(self, sql: str, parameters: Sequence[Any] | dict[str, Any]) -> None:
        [told] = super().records(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters)
        for scan in scans(json.loads(told["explain_value"])):
            table = Path(scan["extra_info"]["Filename(s)"]).stem
            self.read[table] += scan["row_groups_scanned"]
            self.there[table] += scan["total_row_groups_to_scan"]


def scans(node: Any) -> Iterator[dict[str, Any]]:
    """The scans of files in a plan that was carried out."""
    if isinstance(node, dict):
        if "Filename(s)" in (node.get("extra_info") or {}) and "row_groups_scanned" in node:
            yield node
        for part in node.values():
            yield from scans(part)
    elif isinstance(node, list):
        for part in node:
            yield from scans(part)


def stored(bundled: Path, folder: Path, contract: Callable[[str], Table]) -> Path:
    """The bundled company's run, its large tables in small groups of rows and in their contract's order."""
    shutil.copytree((bundled / ".muster" / "tables").resolve(), folder)
    with duckdb.connect() as connection:
        for name in LARGE:
            order = ", ".join(f'"{column}" NULLS FIRST' for column in contract(name).order)
            file = folder / f"{name}.parquet"
            connection.execute(
                f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{file}') ORDER BY {order}"
            )
            connection.execute(f"COPY {name} TO '{file}' (FORMAT parquet, ROW_GROUP_SIZE {GROUP})")
    return folder


@pytest.fixture(scope="module", autouse=True)
def from_files() -> Iterator[None]:
    """Small tables, as those of the bundled company, are read as large ones are: not into memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scope, "_FEW", -1)
        yield


@pytest.fixture(scope="module")
def tables(bundled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As published now."""
    return stored(bundled, tmp_path_factory.mktemp("run") / "000001-now", lambda name: flow_tables()[name])


@pytest.fixture(scope="module")
def busiest(tables: Path) -> tuple[str, str]:
    """A group with many members that sales holds, and its account."""
    with Seen(tables, EVERYTHING) as seen:
        [row] = seen.records(
            "SELECT g.buying_group_id, g.account_id FROM buying_group AS g JOIN hand_off AS h "
            "ON h.buying_group_id = g.buying_group_id ORDER BY g.member_count DESC, 1 LIMIT 1"
        )
    return row["buying_group_id"], row["account_id"]


def account_page(tables: Path, account: str) -> Watched:
    """What an account's page asks."""
    with Watched(tables) as watched:
        assert account_of(watched, account, as_of=AS_OF) is not None
    return watched


def test_an_accounts_page_reads_its_own_part_of_the_engagements(
    tables: Path, busiest: tuple[str, str]
) -> None:
    watched = account_page(tables, busiest[1])
    assert watched.there, "nothing was told of what was read"
    assert watched.there["resolved_engagement"] >= 8
    assert watched.read["resolved_engagement"] <= 2  # its rows, where they meet the next account's
    assert watched.questions <= 24 and watched.joins == 0  # as of a group


def test_a_groups_page_reads_its_own_part_of_the_engagements(tables: Path, busiest: tuple[str, str]) -> None:
    with Watched(tables) as watched:
        horizon = horizon_of(watched)
        watched.questions = watched.joins = 0  # the horizon is read once for a run
        assert whole_groups(watched, [busiest[0]], as_of=AS_OF, role_titles={}, horizon=horizon)
    assert watched.there, "nothing was told of what was read"
    for name in ("resolved_engagement", "group_engagement"):
        assert watched.read[name] <= watched.there[name] / 3, name
    assert watched.questions <= 30 and watched.joins == 0  # a join costs more to plan than ten of these


def test_a_persons_page_reads_its_accounts_part_of_the_engagements(
    tables: Path, busiest: tuple[str, str]
) -> None:
    with Watched(tables) as watched:
        [one] = watched.records(
            "SELECT MIN(m.person_id) AS id FROM member AS m WHERE m.buying_group_id = ?", [busiest[0]]
        )
        watched.read.clear()
        [found] = people_of(watched, [one["id"]], as_of=AS_OF).values()
    assert found.acts > 0
    assert watched.there, "nothing was told of what was read"
    assert watched.read["resolved_engagement"] <= 2


def test_many_groups_take_as_many_questions_as_one(tables: Path) -> None:
    asked = []
    with Seen(tables, EVERYTHING) as seen:
        groups = [row["buying_group_id"] for row in seen.records("SELECT buying_group_id FROM hand_off")]
    for some in (groups[:1], groups):
        with Watched(tables) as watched:
            horizon = horizon_of(watched)
            found = whole_groups(watched, some, as_of=AS_OF, role_titles={}, horizon=horizon)
        assert set(found) == set(some)
        asked.append(watched.questions)
    assert len(groups) > 20 and asked[0] == asked[1]


def test_many_accounts_and_people_take_no_more_questions_than_one(tables: Path) -> None:
    with Seen(tables, EVERYTHING) as seen:
        members = seen.records(
            "SELECT g.account_id, MIN(m.person_id) AS person_id FROM hand_off AS h "
            "JOIN buying_group AS g ON g.buying_group_id = h.buying_group_id "
            "JOIN member AS m ON m.buying_group_id = g.buying_group_id GROUP BY 1 ORDER BY 1"
        )
    assert len(members) > 20
    for column, told, most in (("account_id", accounts_of, 24), ("person_id", people_of, 12)):
        ids = {row[column] for row in members}
        with Watched(tables) as watched:
            assert set(told(watched, ids, as_of=AS_OF)) == ids
        assert watched.questions <= most and watched.joins == 0, column


def test_a_list_of_any_length_takes_as_many_questions_as_one_group(tables: Path) -> None:
    asked = []
    for count in (1, 20):
        with Watched(tables) as watched:
            listed = items(watched, as_of=AS_OF, agreed_hours=48)[:count]
            told_of(watched, listed, as_of=AS_OF)
        asked.append(watched.questions)
    assert asked[0] == asked[1] <= 12


def test_a_list_and_a_board_read_no_weekly_scores(tables: Path) -> None:
    read = {}
    for back in (0, 26):
        with Watched(tables) as watched:
            [run] = watched.records("SELECT MAX(scored_at) AS at FROM score")
            watched.read.clear()
            as_of = run["at"] + timedelta(days=1)
            items(watched, as_of=as_of, agreed_hours=48)
            until = as_of - timedelta(weeks=back)
            group_cards(watched, Week(until - timedelta(days=7), until), currency="USD")
        assert watched.there, "nothing was told of what was read"
        read[back] = watched.read["score"]
    assert read[0] == 0 < read[26]  # a past week's scores stand in the file alone


def test_engagements_stored_by_their_own_id_are_noticed(
    bundled: Path, tmp_path: Path, busiest: tuple[str, str]
) -> None:
    by_key = stored(bundled, tmp_path / "000002-key", lambda name: replace(flow_tables()[name], stored_by=()))
    watched = account_page(by_key, busiest[1])
    assert watched.there, "nothing was told of what was read"
    assert watched.read["resolved_engagement"] > watched.there["resolved_engagement"] / 2

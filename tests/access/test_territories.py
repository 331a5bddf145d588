"""Reps see the accounts they own, of their territories and handed to them, and nothing else changes that.

Non-interference (Goguen and Meseguer, 1982): whatever happens outside, not a byte of what a rep can read
is another. Checked on every published table, and seen to fail where a rule is loosened.
"""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from tests.access.invented_accounts import INSIDE, OUTSIDE, REP, rows_inside, write_company

from muster.access import scope
from muster.access.scope import Scope
from muster.access.seen import Seen
from muster.access.table_rules import TableRule, table_rules
from muster.access.viewer import EVERYTHING, Viewer
from muster.canonical.tables import flow_tables


@pytest.fixture(scope="module")
def companies(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The same company three times, other outside of the territory each time."""
    folders = [tmp_path_factory.mktemp("runs") / f"{noise:06d}" for noise in range(3)]
    for noise, folder in enumerate(folders):
        write_company(folder, noise=noise)
    return folders


def what_is_read(tables: Path, viewer: Viewer) -> dict[str, str]:
    """All that a viewer can read of each table, byte by byte: rows, counts, and one id of another's."""
    with Seen(tables, viewer) as seen:
        return {
            name: json.dumps(
                [
                    seen.records(f'SELECT * FROM "{name}" ORDER BY ALL'),
                    seen.records(f'SELECT COUNT(*) AS n FROM "{name}"'),
                    seen.records(f'SELECT * FROM "{name}" AS t WHERE CAST(t AS VARCHAR) LIKE ?', ["%a5%"]),
                ],
                default=str,
            )
            for name in flow_tables()
        }


def test_nothing_outside_the_territory_changes_a_byte_of_what_a_rep_reads(companies: list[Path]) -> None:
    first, *others = (what_is_read(folder, REP) for folder in companies)
    for other in others:
        assert {name for name in first if first[name] != other[name]} == set()


def test_the_changes_outside_are_there_for_whoever_sees_all(companies: list[Path]) -> None:
    first, other, *_ = (what_is_read(folder, EVERYTHING) for folder in companies)
    assert {name for name in first if first[name] == other[name]} == {"known_tactic"}


def test_a_rep_reads_every_row_inside_and_none_outside(companies: list[Path]) -> None:
    with Seen(companies[0], REP) as seen:
        for name, table in flow_tables().items():
            rows = seen.records(f'SELECT * FROM "{name}"')
            assert len(rows) == rows_inside(table), name
            told = json.dumps(rows, default=str)
            assert not re.findall(rf"\b({'|'.join(OUTSIDE)})(?:0{{5,}}|\b)", told), name
        assert {row["account_id"] for row in seen.records("SELECT account_id FROM account")} == set(INSIDE)


@pytest.mark.parametrize(
    ("viewer", "accounts"),
    [
        (replace(REP, territories=frozenset()), {"a0", "a2"}),
        (replace(REP, owner_ids=frozenset()), {"a1"}),
        (replace(REP, owner_ids=frozenset({"u-a3"}), territories=frozenset({"country:de"})), {"a1", "a3"}),
        (replace(REP, owner_ids=frozenset(), territories=frozenset({"region:EMEA"})), {*INSIDE, *OUTSIDE}),
        (replace(REP, owner_ids=frozenset(), territories=frozenset({"*"})), {*INSIDE, *OUTSIDE}),
        (replace(REP, owner_ids=frozenset(), territories=frozenset()), set()),
        (replace(REP, role="marketer", owner_ids=frozenset(), territories=frozenset()), {*INSIDE, *OUTSIDE}),
    ],
)
def test_accounts_are_owned_of_a_territory_or_handed_over(
    companies: list[Path], viewer: Viewer, accounts: set[str]
) -> None:
    with Seen(companies[0], viewer) as seen:
        assert {row["account_id"] for row in seen.records("SELECT account_id FROM account")} == accounts


def test_a_hand_off_is_theirs_until_the_group_ends_or_another_has_it(tmp_path: Path) -> None:
    with_sales = (
        ("open, theirs", None, [("2024-01-01", "u-rae")], True),
        ("closed since", "2024-06-01", [("2024-01-01", "u-rae")], False),
        ("another's since", None, [("2024-01-01", "u-rae"), ("2024-03-01", "u-bo")], False),
        ("theirs again", None, [("2024-01-01", "u-bo"), ("2024-03-01", "u-rae")], True),
    )
    write_company(tmp_path / "000001", noise=0)
    with duckdb.connect() as connection:
        groups = [(name, name, closed) for name, closed, _, _ in with_sales]
        connection.execute(
            "CREATE TABLE g (buying_group_id VARCHAR, account_id VARCHAR, closed_at TIMESTAMP)"
        )
        connection.executemany("INSERT INTO g VALUES (?, ?, ?)", groups)
        hand_offs = [(name, at, owner) for name, _, given, _ in with_sales for at, owner in given]
        connection.execute('CREATE TABLE h (buying_group_id VARCHAR, "at" TIMESTAMP, owner_id VARCHAR)')
        connection.executemany("INSERT INTO h VALUES (?, ?, ?)", hand_offs)
        connection.execute(
            "CREATE TABLE a AS SELECT account_id, NULL AS owner_id, '' AS country, '' AS region,"
            " NULL AS parent_account_id FROM g"
        )
        for short, table in (("g", "buying_group"), ("h", "hand_off"), ("a", "account")):
            connection.execute(f"COPY {short} TO '{tmp_path}/000001/{table}.parquet'")
    with Seen(tmp_path / "000001", replace(REP, territories=frozenset())) as seen:
        seen_accounts = {row["account_id"] for row in seen.records("SELECT account_id FROM account")}
    assert seen_accounts == {name for name, _, _, is_theirs in with_sales if is_theirs}


def test_a_table_without_a_rule_is_for_admins(companies: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    without = {name: rule for name, rule in table_rules().items() if name != "score"}
    forget_scopes(monkeypatch)
    monkeypatch.setattr(scope, "table_rules", lambda: without)
    count = "SELECT COUNT(*) AS n FROM score"
    for role, may in (("rep", False), ("marketer", False), ("analyst", False), ("admin", True)):
        with Seen(companies[0], replace(REP, role=role)) as seen:
            assert (seen.records(count)[0]["n"] > 0) is may, role


def test_loosened_rules_are_noticed(companies: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    forget_scopes(monkeypatch)
    monkeypatch.setattr(
        Scope, "_view", lambda _, name, rule: f'CREATE VIEW "{name}" AS SELECT * FROM all_rows."{name}"'
    )
    first, other, *_ = (what_is_read(folder, REP) for folder in companies)
    assert {name for name in first if first[name] == other[name]} == {"known_tactic"}


def test_columns_that_are_no_longer_hidden_are_noticed(
    companies: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    loosened = {name: replace(rule, hides=()) for name, rule in table_rules().items()}
    forget_scopes(monkeypatch)
    monkeypatch.setattr(scope, "table_rules", lambda: loosened)
    first, other, *_ = (what_is_read(folder, REP) for folder in companies)
    assert {name for name in first if first[name] != other[name]} == {
        "account",
        "buying_group",
        "group_change",
        "likely_share",
        "person",
        "referral",
        "second_lead",
        "share",
    }


def test_fifty_readers_at_once_each_see_their_own(companies: list[Path]) -> None:
    viewers = [replace(REP, owner_ids=frozenset({f"u-a{i % 7}"}), territories=frozenset()) for i in range(50)]
    sql = "SELECT COUNT(DISTINCT account_id) AS n FROM buying_group JOIN member USING (buying_group_id)"

    def counted(viewer: Viewer) -> int:
        with Seen(companies[0], viewer) as seen:
            return int(seen.records(sql)[0]["n"])

    one_by_one = [counted(viewer) for viewer in viewers]
    with ThreadPoolExecutor(50) as pool:
        assert list(pool.map(counted, viewers)) == one_by_one


def test_tables_of_another_run_are_read_anew(tmp_path: Path) -> None:
    write_company(tmp_path / "000001", noise=0)
    link = tmp_path / "tables"
    link.symlink_to("000001")
    with Seen(link, EVERYTHING) as before:
        write_company(tmp_path / "000002", noise=5)
        link.unlink()
        link.symlink_to("000002")
        with Seen(link, EVERYTHING) as after:
            sql = "SELECT name FROM account ORDER BY ALL"
            assert before.records(sql) != after.records(sql)


def test_files_cannot_be_read_around_the_views(companies: list[Path]) -> None:
    with Seen(companies[0], REP) as seen:
        for sql in (
            "SELECT * FROM read_text('/etc/hostname')",
            "COPY (SELECT 1) TO '/tmp/out.csv'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
        ):
            with pytest.raises(Exception, match=r"disabled|locked|not allowed"):
                seen.records(sql)


def forget_scopes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin without the scopes kept so far, and leave them as they were afterwards."""
    monkeypatch.setattr(scope, "_kept", type(scope._kept)())


def test_a_rule_is_a_column_or_a_right() -> None:
    for name, rule in table_rules().items():
        assert (rule.by is None) != (rule.right is None), name
    assert table_rules()["score"] == TableRule(by="buying_group_id", among="buying_group_id")


def test_a_set_of_ids_that_could_not_be_filled_is_filled_the_next_time(
    companies: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = replace(EVERYTHING, role="rep", owner_ids=frozenset({"nobody else asks as this one"}))
    with Seen(companies[0], viewer) as seen:
        with monkeypatch.context() as short_of_memory:
            short_of_memory.setattr(
                scope, "_ACCOUNTS", "SELECT error('out of memory') WHERE len($owners) + len($territories) > 0"
            )
            with pytest.raises(duckdb.Error, match="out of memory"):
                seen.records("SELECT COUNT(*) AS n FROM account")
        assert seen.records("SELECT COUNT(*) AS n FROM account") == [{"n": 0}]


def test_what_does_not_fit_into_memory_is_not_left_where_the_app_was_started(
    companies: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scope, "_MEMORY", "40MB")
    monkeypatch.chdir(tmp_path)
    rows = scope.Rows(companies[0].resolve())
    spilled = Path(rows._spilled.name)
    sorted_rows = "SELECT row_number() OVER (ORDER BY hash(r.range)) AS n, r.range FROM range(4000000) AS r"
    connection = rows.cursor()
    assert connection.execute(f"SELECT MAX(n) FROM ({sorted_rows})").fetchall() == [(4_000_000,)]
    assert list(spilled.iterdir())
    assert not list(tmp_path.iterdir())
    connection.close()
    del rows, connection
    assert not spilled.exists()

"""Nothing that was decided is ever lost; of two who decide at once one wins, and the other is told."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.operations import Operations

from muster.config.settings import SQLITE_STORE, StoreConfig
from muster.problems import UserDataError, WrongUse
from muster.store import decisions
from muster.store.audit import entries, first_broken
from muster.store.decisions import Decision, _about, add_decision, read_decisions, written_at
from muster.store.files import BROUGHT_IN
from muster.store.keeping import keeping, kept_decisions
from muster.store.opening import Store, _engine, open_store, upgrade, version
from muster.store.schema import AUDIT, METADATA, SAVED_VIEW
from muster.store.users import add_user
from muster.store.views import save_view, views_for

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def accept(by: str, group: str = "g1", *, value: str = "") -> Decision:
    return Decision("", "accepted", group, "", "they called back", by, "2026-02-27T00:00:00+00:00", value)


@pytest.fixture
def store(tmp_path: Path, kept_in: StoreConfig) -> Iterator[Store]:
    with closing(upgrade(tmp_path, kept_in)[0]) as made:
        yield made


def test_a_decision_is_read_back_as_it_was_taken_and_its_id_says_when(store: Store) -> None:
    one = add_decision(store, accept("Rita"), seen=[], now=NOW)
    assert re.fullmatch("d20260301T093000000000Z-[0-9a-f]{8}", one.decision_id)
    other = add_decision(store, accept("Ömer 東京", "g2", value="'; DROP TABLE decision"), seen=[], now=NOW)
    assert written_at(other.decision_id) == written_at(one.decision_id) == NOW
    assert read_decisions(store) == [one, other]


def test_an_id_tells_nothing_of_how_many_others_decided(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ids_of_rita() -> list[str]:
        """Rita decides at every hour; in between, each time more others do."""
        told, about = [], len(read_decisions(store))
        for turn in range(3):
            at = NOW + timedelta(hours=turn)
            told.append(add_decision(store, accept("Rita", f"r{about}-{turn}"), seen=[], now=at).decision_id)
            for one in range(turn + 1):
                later = at + timedelta(minutes=one + 1, days=about)
                add_decision(store, accept("Sven", f"s{about}-{turn}-{one}"), seen=[], now=later)
        return told

    expected = [f"d20260301T{hour:02}3000000000Z-5f0c91aa" for hour in (9, 10, 11)]
    monkeypatch.setattr(decisions, "token_hex", lambda _: "5f0c91aa")
    assert ids_of_rita() == expected
    monkeypatch.setattr(decisions, "token_hex", lambda _: f"{len(read_decisions(store)):08x}")
    assert ids_of_rita() != expected  # ids that count are noticed


def test_what_was_decided_later_sorts_later_though_the_clock_was_put_back(store: Store) -> None:
    first = add_decision(store, accept("Rita"), seen=[], now=NOW)
    second = add_decision(store, accept("Sven"), seen=[first], now=NOW - timedelta(hours=1))
    third = add_decision(store, accept("Rita"), seen=[first, second], now=NOW)
    ids = [one.decision_id for one in (first, second, third)]
    assert ids == sorted(ids) and [one.partition("-")[0][-7:] for one in ids] == [
        "000000Z",
        "000001Z",
        "000002Z",
    ]
    older = replace(first, decision_id="d199999-20260301T093000Z")
    assert older.rank < first.rank  # those of before come before, of what was decided on the same tables


def test_an_id_that_is_none_of_ours_says_nothing_of_when(store: Store) -> None:
    for said in ("", "d", "x-1", "d000001-soon", "d20260230T093000000000Z-5f0c91aa", "42", "d2026Z-1"):
        assert written_at(said) is None, said


def test_who_decides_without_having_seen_the_last_word_is_told_who_was_first(store: Store) -> None:
    first = add_decision(store, accept("Rita"), seen=[])
    with pytest.raises(WrongUse, match=f"Rita was first: {first.decision_id} says accepted g1"):
        add_decision(store, accept("Sven"), seen=[])
    second = add_decision(store, accept("Sven"), seen=[first])
    assert read_decisions(store) == [first, second]


def test_a_pair_is_one_subject_in_whatever_order_it_is_named(store: Store) -> None:
    merge = Decision("", "merge", "r1", "r2", "", "Rita", "2026-02-27")
    add_decision(store, merge, seen=[])
    with pytest.raises(WrongUse, match="Rita was first"):
        add_decision(store, Decision("", "split", "r2", "r1", "", "Sven", "2026-02-27"), seen=[])


def test_of_many_who_decide_at_once_about_one_group_one_wins(store: Store) -> None:
    def attempt(number: int) -> str:
        try:
            return add_decision(store, accept(f"rep {number}"), seen=[]).decided_by
        except WrongUse as refused:
            return str(refused)

    with ThreadPoolExecutor(8) as people:
        told = list(people.map(attempt, range(24)))
    [kept] = read_decisions(store)
    assert told.count(kept.decided_by) == 1
    assert sum(f"{kept.decided_by} was first" in said for said in told) == 23


def test_decisions_of_many_about_many_groups_are_all_kept_and_sealed_in_one_chain(store: Store) -> None:
    with ThreadPoolExecutor(8) as people:
        list(people.map(lambda n: add_decision(store, accept("Rita", f"g{n}"), seen=[]), range(40)))
    assert len({d.decision_id for d in read_decisions(store)}) == 40
    told = entries(store)
    assert len(told) == 40 and first_broken(told) is None


@pytest.mark.parametrize("fault", ["who", "detail", "gone", "swapped"])
def test_a_changed_audit_row_or_one_taken_out_is_found(store: Store, fault: str) -> None:
    for number in range(5):
        add_decision(store, accept("Rita", f"g{number}"), seen=[])
    third = AUDIT.c.number == 3
    with store.writing() as connection:
        if fault == "gone":
            connection.execute(sa.delete(AUDIT).where(third))
        elif fault == "swapped":
            for was, becomes in ((3, 99), (4, 3), (99, 4)):
                connection.execute(sa.update(AUDIT).where(AUDIT.c.number == was).values(number=becomes))
        else:
            connection.execute(sa.update(AUDIT).where(third).values({fault: "somebody else"}))
    assert first_broken(entries(store)) == 3


def test_a_write_that_ends_with_an_error_leaves_neither_decision_nor_audit_row(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("muster.store.decisions.note", full)
    with pytest.raises(OSError, match="no space"):
        add_decision(store, accept("Rita"), seen=[])
    assert read_decisions(store) == [] and entries(store) == []


def test_the_newest_migration_leaves_the_tables_that_the_code_knows(store: Store) -> None:
    asked = sa.inspect(store.engine)
    for table in METADATA.sorted_tables:
        found = {column["name"]: column["nullable"] for column in asked.get_columns(table.name)}
        assert found == {column.name: column.nullable for column in table.columns}
    assert {*asked.get_table_names()} == {*METADATA.tables, "alembic_version"}


def test_upgrading_twice_does_nothing_the_second_time(tmp_path: Path, kept_in: StoreConfig) -> None:
    first, before, after = upgrade(tmp_path, kept_in)
    add_decision(first, accept("Rita"), seen=[])
    again, was, is_now = upgrade(tmp_path, kept_in)
    assert (before, was, is_now) == (None, after, after)
    assert len(read_decisions(again)) == 1
    first.close()
    again.close()


@pytest.mark.parametrize("before", [None, "0001"])
def test_an_upgrade_killed_at_any_step_leaves_the_version_before(
    tmp_path: Path, kept_in: StoreConfig, before: str | None
) -> None:
    if before is not None:
        upgrade(tmp_path, kept_in, to=before)[0].close()
    steps = 0
    while _upgrade_killed(tmp_path, kept_in, after=steps):
        with closing(Store(_engine(tmp_path, kept_in))) as store:
            assert version(store) == before, f"killed after {steps} steps"
        steps += 1
    made = len(METADATA.tables) - (0 if before is None else 2) + 1  # saved views are made anew
    assert steps == made + 1  # at each table, and once they all were there
    with closing(upgrade(tmp_path, kept_in)[0]) as store:
        assert sa.inspect(store.engine).get_table_names()


def _upgrade_killed(workspace: Path, config: StoreConfig, *, after: int) -> bool:
    """Whether an upgrade in a process of its own was killed, after so many steps; if there are as many."""
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    steps, table, every = iter(range(after, -1, -1)), Operations.create_table, command.upgrade

    def or_die() -> None:
        if next(steps) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def create_table(self: Operations, *columns: Any, **settings: Any) -> object:
        or_die()
        return table(self, *columns, **settings)

    def upgrade_all(*arguments: Any) -> None:
        every(*arguments)
        or_die()  # before the transaction ends

    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Operations, "create_table", create_table)
            patch.setattr(command, "upgrade", upgrade_all)
            upgrade(workspace, config)
    finally:
        os._exit(0)


_OF_THE_FIRST_STORE = (
    *("number", "decision_id", "kind", "subject_id", "other_id", "reason", "decided_by", "decided_at"),
    *("value", "turn"),
)


def test_what_was_decided_before_an_upgrade_is_there_after_it(tmp_path: Path, kept_in: StoreConfig) -> None:
    older, *_ = upgrade(tmp_path, kept_in, to="0001")
    with closing(older):
        kept = replace(accept("Rita"), decision_id="d000001-20260101T000000Z")
        then = sa.table("decision", *(sa.column(name) for name in _OF_THE_FIRST_STORE))
        with older.writing() as connection:
            row = {name: value for name, value in asdict(kept).items() if name in _OF_THE_FIRST_STORE}
            connection.execute(sa.insert(then).values(**row, number=1, turn=1))
    with pytest.raises(WrongUse, match="this Muster writes version"):
        open_store(tmp_path, kept_in)
    newer, before, after = upgrade(tmp_path, kept_in)
    with closing(newer):
        assert before == "0001" < after
        assert read_decisions(newer) == [kept] and first_broken(entries(newer)) is None


def test_views_that_were_numbered_are_there_under_ids_that_count_nothing(
    tmp_path: Path, kept_in: StoreConfig
) -> None:
    older, *_ = upgrade(tmp_path, kept_in, to="0006")
    with closing(older):
        rita = add_user(older, "rita@example.com", "Rita", role="rep", by="tests")
        numbered = sa.table("saved_view", *(sa.column(c.name) for c in SAVED_VIEW.columns))
        row = {"user_id": rita.user_id, "path": "/board", "created_at": "2026-03-01T09:30:00+00:00"}
        with older.writing() as connection:
            for number, name in enumerate(("hot", "cold"), 1):
                new = row | {"view_id": number, "name": name, "is_shared": number == 1}
                connection.execute(sa.insert(numbered).values(**new))
    with closing(upgrade(tmp_path, kept_in)[0]) as newer:
        cold, hot = views_for(newer, rita.user_id)
        assert [(one.name, one.path, one.is_shared) for one in (cold, hot)] == [
            ("cold", "/board", False),
            ("hot", "/board", True),
        ]
        assert all(re.fullmatch("[0-9a-f]{16}", one.view_id) for one in (cold, hot))
        assert save_view(newer, rita.user_id, "hot", "/worklist").view_id == hot.view_id


def test_what_was_decided_about_the_same_is_looked_up_and_not_read_through(tmp_path: Path) -> None:
    store, *_ = upgrade(tmp_path, StoreConfig())
    asked: list[str] = []
    with closing(store), store.reading() as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2]))
        _about(connection, accept("Rita"))
        [query] = [sql for sql in asked if sql.startswith("SELECT")]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", ("",) * query.count("?"))
        steps = [row[3] for row in plan]
    assert any("USING INDEX" in step for step in steps), steps
    assert not any("SCAN" in step for step in steps), steps


def test_a_store_of_a_later_muster_is_refused(tmp_path: Path, kept_in: StoreConfig) -> None:
    store, *_ = upgrade(tmp_path, kept_in)
    with store.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(WrongUse, match="a newer one wrote it"):
        open_store(tmp_path, kept_in)


def test_an_older_store_says_how_to_bring_it_up_to_date(tmp_path: Path, kept_in: StoreConfig) -> None:
    store, *_ = upgrade(tmp_path, kept_in)
    with store.writing() as connection:
        connection.execute(sa.text("DELETE FROM alembic_version"))
    assert version(store) is None
    store.close()
    if kept_in.url is None:  # an empty database is one in which nothing was kept yet
        with pytest.raises(WrongUse, match="muster upgrade"):
            open_store(tmp_path, kept_in)


def test_a_decision_answered_is_on_the_disk_though_the_process_dies(tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom muster.config.settings import StoreConfig\n"
        "from muster.store.decisions import Decision, add_decision\n"
        "from muster.store.opening import upgrade\n"
        "store, *_ = upgrade(Path(sys.argv[1]), StoreConfig())\n"
        "for n in range(3):\n"
        "    told = add_decision(store, Decision('', 'accepted', f'g{n}', '', '', 'Rita', '2026'), seen=[])\n"
        "    print(told.decision_id, flush=True)\n"
        "with store.writing() as connection:\n"
        '    connection.exec_driver_sql("DELETE FROM decision")\n'
        "    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == -9
    kept = kept_decisions(tmp_path, StoreConfig())
    assert [d.decision_id for d in kept] == done.stdout.split() and len(kept) == 3


def test_a_workspace_where_nothing_was_decided_has_no_store(tmp_path: Path) -> None:
    assert kept_decisions(tmp_path, StoreConfig()) == []
    assert not (tmp_path / SQLITE_STORE).exists()


OLDER = (
    "decision_id,kind,subject_id,other_id,reason,decided_by,decided_at\n"
    'd000007-20260301T093000Z,merge,r1,r2,"one, surely",Rita,2026-03-01T00:00:00+00:00\n'
)


def test_an_older_file_of_decisions_is_brought_in_once_and_new_ones_follow_it(
    tmp_path: Path, kept_in: StoreConfig
) -> None:
    (tmp_path / "decisions.csv").write_text(OLDER)
    with keeping(tmp_path, kept_in, who="Sven") as store:
        new = add_decision(store, accept("Sven"), seen=[])
    assert new.decision_id > "d000007-20260301T093000Z"
    assert [d.reason for d in kept_decisions(tmp_path, kept_in)] == ["one, surely", "they called back"]
    assert not (tmp_path / "decisions.csv").exists() and (tmp_path / BROUGHT_IN).read_text() == OLDER
    (tmp_path / BROUGHT_IN).rename(tmp_path / "decisions.csv")  # as if it had been killed before the renaming
    with keeping(tmp_path, kept_in, who="Sven"):
        pass
    assert len(kept_decisions(tmp_path, kept_in)) == 2


def test_an_older_file_that_is_no_such_table_is_named_and_left(tmp_path: Path, kept_in: StoreConfig) -> None:
    (tmp_path / "decisions.csv").write_text("id,what\n1,merge\n")
    with (
        pytest.raises(UserDataError, match=r"decisions.csv has no column decision_id"),
        keeping(tmp_path, kept_in, who="Sven"),
    ):
        pass
    assert (tmp_path / "decisions.csv").exists()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://here/there", "the store knows PostgreSQL"),
        ("no address", "no address of a database"),
        ("postgresql://nobody@127.0.0.1:1/none", "does not open"),
    ],
)
def test_an_address_that_leads_nowhere_says_so_without_its_password(
    tmp_path: Path, url: str, says: str
) -> None:
    if url.startswith("postgresql"):
        pytest.importorskip("psycopg")
        url = url.replace("nobody@", "nobody:geheim@")
    with pytest.raises(WrongUse, match=says) as refused:
        open_store(tmp_path, StoreConfig(url=url))
    assert "geheim" not in str(refused.value)

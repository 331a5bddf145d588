"""A run's tables come into force at once, or not at all: killed at every step and at random moments."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from muster.canonical.tables import Column, Table
from muster.engine import published
from muster.engine.duckdb_engine import DuckDBEngine
from muster.engine.published import open_published, publishing
from muster.problems import WrongUse

# Both tables of a run hold the run's own number, in every row.
TABLES = tuple(
    Table(name, "A table.", ("n",), (Column("n", "integer", "a number"), Column("run", "integer", "its run")))
    for name in ("first", "second")
)


class Typewriter:
    """A small engine: writes its tables as they are. (Forked tests cannot use DuckDB's threads.)"""

    name = "typewriter"

    def __init__(self, run: int) -> None:
        self.run = run

    def publish(self, table: Table, file: Path) -> int:
        pq.write_table(pa.table({"n": range(1000), "run": [self.run] * 1000}), file)
        return 1000


def publish(workspace: Path, run: int) -> str:
    with publishing(workspace, as_of=f"run {run}", code_hash="c", input_hashes={"a.csv": "1"}) as new:
        for table in TABLES:
            new.publish(Typewriter(run), table)  # type: ignore[arg-type]
    return new.run_id


def run_in_force(workspace: Path) -> int:
    """The one run whose tables a reader sees; fails when it sees a mixture or half a file."""
    opened = open_published(workspace)
    assert opened.damaged() == []
    assert set(opened.manifest["tables"]) == {"first", "second"}
    runs = {run for table in TABLES for run in pq.read_table(opened.path(table.name))["run"].to_pylist()}
    assert len(runs) == 1
    [run] = runs
    assert opened.manifest["as_of"] == f"run {run}"
    return int(run)


def test_a_published_run_has_a_sorted_manifest_and_its_tables(tmp_path: Path) -> None:
    run_id = publish(tmp_path, 1)
    opened = open_published(tmp_path)
    text = (opened.folder / "manifest.json").read_text("utf-8")
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
    assert opened.manifest["run_id"] == run_id == opened.folder.name
    assert opened.manifest["inputs"] == {"a.csv": "1"}
    assert opened.manifest["tables"]["first"]["rows"] == 1000
    assert (tmp_path / ".muster/tables").is_symlink()
    assert not (tmp_path / ".muster/tables").readlink().is_absolute()  # the workspace may be moved
    assert (tmp_path / ".muster/tables/first.parquet").is_file()


def test_the_same_run_twice_is_the_same_but_for_its_number(tmp_path: Path) -> None:
    first, manifest = publish(tmp_path, 1), open_published(tmp_path).manifest
    second = publish(tmp_path, 1)
    assert (first, second) == ("000001-" + first[7:], "000002-" + first[7:])
    assert manifest["tables"] == open_published(tmp_path).manifest["tables"]


def test_readers_keep_the_run_they_opened_and_the_last_two_stay(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    reader = open_published(tmp_path)
    for run in (2, 3, 4):
        publish(tmp_path, run)
        if run == 2:
            assert pq.read_table(reader.path("first"))["run"][0].as_py() == 1
    assert len(list((tmp_path / ".muster/runs").iterdir())) == 2
    assert run_in_force(tmp_path) == 4


def test_a_failed_run_leaves_the_tables_and_no_trace(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    with pytest.raises(KeyError), publishing(tmp_path, as_of="2", code_hash="c", input_hashes={}) as new:
        new.publish(Typewriter(2), TABLES[0])  # type: ignore[arg-type]
        raise KeyError
    assert run_in_force(tmp_path) == 1
    assert len(list((tmp_path / ".muster/runs").iterdir())) == 1


def test_a_copied_workspace_works_and_can_be_published_into(tmp_path: Path) -> None:
    publish(tmp_path / "here", 1)
    for follow in (True, False):
        copy = tmp_path / f"copy{follow}"
        shutil.copytree(tmp_path / "here", copy, symlinks=not follow)
        assert run_in_force(copy) == 1
        publish(copy, 2)
        assert run_in_force(copy) == 2


def crash_at_step(step: int, action: Callable[[], object]) -> bool:
    """Run in a child that dies, without any cleaning up, at its n-th sync, rename or removal."""
    child = os.fork()
    if child == 0:
        left = [step]

        def dying(real: Callable[..., object]) -> Callable[..., object]:
            def call(*arguments: object, **named: object) -> object:
                if left[0] <= 0:  # files are synced by several threads: two may count down at once
                    os._exit(9)
                left[0] -= 1
                return real(*arguments, **named)

            return call

        for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "symlink_to"), (shutil, "rmtree")):
            setattr(owner, name, dying(getattr(owner, name)))
        try:
            action()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def crash_everywhere(workspace: Path, action: Callable[[int], object]) -> list[int]:
    """Which run was in force after a crash at step 0, 1, 2, ... of publishing run 2 over run 1."""
    seen: list[int] = []
    for step in range(100):
        shutil.rmtree(workspace / ".muster", ignore_errors=True)
        publish(workspace, 0)
        publish(workspace, 1)
        if not crash_at_step(step, lambda: action(2)):
            return seen
        seen.append(run_in_force(workspace))
        publish(workspace, 3)  # whatever was left behind, the next run works
        assert run_in_force(workspace) == 3
        assert len(list((workspace / ".muster/runs").iterdir())) == 2
    pytest.fail("it never ended")


def test_a_crash_at_any_step_leaves_the_old_tables_or_the_new_ones(tmp_path: Path) -> None:
    seen = crash_everywhere(tmp_path, lambda run: publish(tmp_path, run))
    assert len(seen) >= 8
    assert seen == sorted(seen)
    assert set(seen) == {1, 2}


def test_the_crash_test_sees_a_careless_publisher(tmp_path: Path) -> None:
    """One that writes into the folder in force."""

    def careless(run: int) -> None:
        folder = open_published(tmp_path).folder
        for table in TABLES:
            os.fsync(os.open(folder, os.O_RDONLY))
            Typewriter(run).publish(table, folder / f"{table.name}.parquet")

    with pytest.raises(AssertionError):
        crash_everywhere(tmp_path, careless)


PUBLISHER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from muster.canonical.tables import Column, Table
from muster.engine.duckdb_engine import DuckDBEngine
from muster.engine.published import publishing
columns = (Column("n", "integer", "a number"), Column("run", "integer", "its run"))
with DuckDBEngine(threads=1) as engine:
    print("ready", flush=True)
    for run in range(1, 100000):
        with publishing(Path(sys.argv[1]), as_of=f"run {run}", code_hash="c", input_hashes={}) as new:
            for name in ("first", "second"):
                engine.create(name, f"SELECT n.range AS n, {run} AS run FROM range(20000) AS n")
                new.publish(engine, Table(name, "A table.", ("n",), columns))
        print(run, flush=True)
"""


def test_kill_9_at_random_moments_leaves_whole_tables(tmp_path: Path) -> None:
    dice = random.Random()
    for _ in range(4):
        command = [sys.executable, "-c", PUBLISHER, str(tmp_path), str(Path(published.__file__).parents[2])]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        # Counted in runs, not in seconds: a slow disk takes long for its first one.
        told = [process.stdout.readline() for _ in range(1 + dice.randint(1, 4))]
        time.sleep(dice.random() / 4)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert told[0] == "ready\n"
        assert run_in_force(tmp_path) >= int(told[-1]), "a run that was said to be published is lost"


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="muster run"):
        open_published(tmp_path)
    publish(tmp_path, 1)
    with pytest.raises(WrongUse, match="There are: first, second"):
        open_published(tmp_path).path("frist")


def test_changed_bytes_are_noticed(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    opened = open_published(tmp_path)
    opened.path("first").unlink()
    with opened.path("second").open("ab") as file:
        file.write(b" ")
    assert opened.damaged() == ["first", "second"]


def test_questions_are_answered_from_the_tables(tmp_path: Path) -> None:
    publish(tmp_path, 5)
    found = open_published(tmp_path).arrow(
        "SELECT MAX(f.run) AS run FROM first AS f JOIN second AS s USING (n)"
    )
    assert found.to_pylist() == [{"run": 5}]


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("SHOW TABLES", ["first", "second"]),
        ("SELECT table_name FROM information_schema.tables WHERE table_name <> 'first'", ["second"]),
        ("SELECT view_name FROM duckdb_views() WHERE NOT internal AND view_name <> 'first'", ["second"]),
        ("SELECT DISTINCT 'read' FROM query_table('fir' || 'st')", ["read"]),
        ("SELECT DISTINCT 'read' FROM \"First\"", ["read"]),
    ],
)
def test_a_question_may_be_about_tables_it_does_not_name(sql: str, found: list[str], tmp_path: Path) -> None:
    publish(tmp_path, 1)
    assert sorted(open_published(tmp_path).arrow(sql).column(0).to_pylist()) == found


def test_a_table_that_there_is_not_is_told_with_the_nearest(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    with pytest.raises(duckdb.CatalogException, match="second"):
        open_published(tmp_path).arrow("SELECT * FROM first JOIN secnd USING (n)")


ESCAPES = (
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_parquet('{outside}')",
    "SELECT * FROM read_parquet('{folder}/../../../outside.parquet')",
    "COPY (SELECT 1) TO '/tmp/stolen.csv'",
    "COPY (SELECT 1) TO '{folder}/first.parquet'",
    "ATTACH '/tmp/other.duckdb'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "RESET enable_external_access",
    "SET allowed_directories = ['/']",
    "SET lock_configuration = false",
    "PRAGMA enable_external_access",
    "SELECT getenv('HOME')",
    "EXPORT DATABASE '/tmp/all'",
    "CREATE TABLE t AS SELECT 1",
    "DROP VIEW first",
    "SELECT 1; SELECT 2",
    "",
)


@pytest.mark.parametrize("sql", ESCAPES)
def test_a_question_reaches_nothing_else(sql: str, tmp_path: Path) -> None:
    publish(tmp_path, 1)
    pq.write_table(pa.table({"n": [1]}), tmp_path / "outside.parquet")
    opened = open_published(tmp_path)
    with pytest.raises((WrongUse, duckdb.Error)):
        opened.arrow(sql.format(outside=tmp_path / "outside.parquet", folder=opened.folder))
    assert opened.damaged() == []


def test_the_tables_an_engine_publishes_are_those_a_reader_sees(tmp_path: Path) -> None:
    with (
        DuckDBEngine(memory_limit="1GB") as engine,
        publishing(tmp_path, as_of="now", code_hash="c", input_hashes={}) as new,
    ):
        engine.create("first", "SELECT n.range AS n, 7 AS run FROM range(3) AS n")
        assert new.publish(engine, TABLES[0]) == 3
        with pytest.raises(WrongUse):
            open_published(tmp_path)
    assert open_published(tmp_path).arrow("SELECT SUM(run) AS s FROM first").to_pylist() == [{"s": 21}]

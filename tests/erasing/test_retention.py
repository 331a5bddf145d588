"""What is kept how long: nothing goes unasked, and what goes is told."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from muster.config.reading import read_config
from muster.erasing.retention import keep_no_longer, read_gone

NOW = datetime(2026, 6, 1, tzinfo=UTC)
OLD, YOUNG = (NOW - timedelta(days=days) for days in (40, 5))
LIMITS = "[retention]\nrun_before = false\nset_aside_days = 30\nlogs_days = 30\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two runs, rows set aside of an old export and of a young one, and a log."""
    runs = tmp_path / ".muster" / "runs"
    for run in ("000001-aa", "000002-bb"):
        (runs / run / "records").mkdir(parents=True)
        (runs / run / "manifest.json").write_text('{"tables": {}}', "utf-8")
    (tmp_path / ".muster" / "tables").symlink_to(Path("runs", "000002-bb"))
    aside = {"source": ["crm", "crm"], "file": ["old.csv", "young.csv"], "row": [2, 2]}
    table = pa.table({**aside, "reason": ["no id"] * 2, "remedy": [""] * 2, "raw": ['{"a": "1"}'] * 2})
    pq.write_table(table, runs / "000002-bb" / "records" / "set_aside.parquet")
    (tmp_path / "crm").mkdir()
    for name, at in (("old.csv", OLD), ("young.csv", YOUNG)):
        (tmp_path / "crm" / name).write_text("a\n", "utf-8")
        os.utime(tmp_path / "crm" / name, (at.timestamp(), at.timestamp()))
    log = tmp_path / ".muster" / "log" / "runs.jsonl"
    log.parent.mkdir()
    log.write_text("".join(json.dumps({"started_at": at.isoformat()}) + "\n" for at in (OLD, YOUNG)), "utf-8")
    write_settings(tmp_path, LIMITS)
    return tmp_path


def write_settings(folder: Path, limits: str) -> None:
    """Settings of a company with one source, and how long it keeps what."""
    source = '[[source]]\nname = "crm"\nkind = "salesforce"\npath = "crm"\n'
    (folder / "muster.toml").write_text(f'[company]\nname = "Acme"\n{source}{limits}', "utf-8")


def what_is_there(folder: Path) -> tuple[list[str], list[str], int]:
    """Runs, texts set aside, lines of the log."""
    aside = pq.read_table(folder / ".muster" / "tables" / "records" / "set_aside.parquet")
    lines = (folder / ".muster" / "log" / "runs.jsonl").read_text("utf-8").splitlines()
    runs = sorted(run.name for run in (folder / ".muster" / "runs").iterdir())
    return runs, aside.column("raw").to_pylist(), len(lines)


def test_nothing_goes_unless_it_was_asked_for(folder: Path) -> None:
    write_settings(folder, "")
    before = what_is_there(folder)
    assert keep_no_longer(folder, read_config(folder), now=NOW) == []
    assert what_is_there(folder) == before


def test_what_is_older_goes_and_the_log_says_so(folder: Path) -> None:
    told = keep_no_longer(folder, read_config(folder), now=NOW)
    assert what_is_there(folder) == (["000002-bb"], ["", '{"a": "1"}'], 1)
    assert {gone.what: gone.count for gone in told} == {
        "runs before the one in force": 1,
        "texts of rows set aside": 1,
        "lines of logs": 1,
    }
    assert sorted(read_gone(folder), key=lambda g: g.what) == sorted(told, key=lambda g: g.what)


def test_done_again_nothing_more_goes(folder: Path) -> None:
    keep_no_longer(folder, read_config(folder), now=NOW)
    assert keep_no_longer(folder, read_config(folder), now=NOW) == []

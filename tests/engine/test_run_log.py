"""A run that was killed has no time to say so: the next look at the log does."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from muster.engine import run_log
from muster.engine.lock import hold
from muster.engine.run_log import BROKEN_OFF, append_entry, begun, entries, last_entry

RUN = """
import sys, time
from pathlib import Path
from muster.engine.lock import hold
from muster.engine.run_log import begun
with hold(Path(sys.argv[1]), "muster run"), begun(Path(sys.argv[1])):
    print("began", flush=True)
    time.sleep(60)
"""


def begin(workspace: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", RUN, str(workspace)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "began\n"
    return process


def test_a_killed_run_stands_in_the_log_at_once_and_for_good(tmp_path: Path) -> None:
    append_entry(tmp_path, {"started_at": "2026-01-01T05:00:00+00:00", "ended": "published"})
    process = begin(tmp_path)
    going = last_entry(tmp_path) or {}
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert going["ended"] == "published"  # one that goes on has not ended
    newest, before = entries(tmp_path)
    assert (newest["ended"], newest["why"], before["ended"]) == ("failed", BROKEN_OFF, "published")
    with hold(tmp_path, "muster run"), begun(tmp_path):
        assert entries(tmp_path) == [newest, before]
    append_entry(tmp_path, {"started_at": "2026-01-03T05:00:00+00:00", "ended": "published"})
    assert [entry["ended"] for entry in entries(tmp_path)] == ["published", "failed", "published"]


def test_a_note_that_was_cut_short_counts(tmp_path: Path) -> None:
    (tmp_path / run_log._BEGUN).parent.mkdir(parents=True)
    (tmp_path / run_log._BEGUN).write_text("{", "utf-8")
    [entry] = entries(tmp_path)
    assert entry["why"] == BROKEN_OFF and entry["started_at"].startswith("20")


def test_a_log_without_notes_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The seeded fault: a run that was killed leaves nothing."""
    monkeypatch.setattr(run_log, "_left_behind", lambda _: None)
    with pytest.raises((AssertionError, ValueError)):
        test_a_killed_run_stands_in_the_log_at_once_and_for_good(tmp_path)

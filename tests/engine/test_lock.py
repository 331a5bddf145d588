"""One run at a time; the second is told who holds the workspace, and a dead holder holds nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from muster.engine.lock import held_by, hold, is_held
from muster.problems import WorkspaceBusy

HOLDER = """
import sys, time
from pathlib import Path
from muster.engine.lock import held_by, hold, is_held
with hold(Path(sys.argv[1]), "muster run --as-of 2026-01-01"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_holder_is_told_who_holds_it(holder: "subprocess.Popen[str]", tmp_path: Path) -> None:
    try:
        with pytest.raises(WorkspaceBusy) as caught, hold(tmp_path, "muster run"):
            pytest.fail("held twice")
    finally:
        holder.kill()
        holder.wait()
    said = str(caught.value)
    assert "`muster run --as-of 2026-01-01`" in said
    assert f"process {holder.pid} on {os.uname().nodename}" in said
    assert "since 20" in said


def test_a_killed_holder_holds_nothing(holder: "subprocess.Popen[str]", tmp_path: Path) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with hold(tmp_path, "muster run"):
        pass


def test_it_is_free_again_after_use_and_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(KeyError), hold(tmp_path, "muster run"):
        raise KeyError
    with hold(tmp_path, "muster run"):
        assert (tmp_path / ".muster" / "lock.json").exists()
    assert not (tmp_path / ".muster" / "lock.json").exists()


def test_an_unreadable_note_does_not_hide_the_answer(tmp_path: Path) -> None:
    with hold(tmp_path, "muster run"):
        (tmp_path / ".muster" / "lock.json").write_text("{", "utf-8")
        with pytest.raises(WorkspaceBusy, match="has just taken it"), hold(tmp_path, "muster run"):
            pytest.fail("held twice")


def test_who_holds_it_is_known_by_the_command(holder: "subprocess.Popen[str]", tmp_path: Path) -> None:
    try:
        assert held_by(tmp_path) == "muster run --as-of 2026-01-01" and is_held(tmp_path)
        (tmp_path / ".muster" / "lock.json").write_text("", "utf-8")  # it writes this very moment
        assert held_by(tmp_path) == "" and is_held(tmp_path)
    finally:
        holder.kill()
        holder.wait()
    assert held_by(tmp_path) is None and not is_held(tmp_path)

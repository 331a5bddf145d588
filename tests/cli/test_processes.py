"""What only a real process shows: signals, pipes, terminals, rights, two runs at a time."""

from __future__ import annotations

import ctypes
import json
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import MUSTER

from muster.workspace import open_workspace

ENDLESS = "SELECT COUNT(*) FROM range(1000000000) AS a, range(1000) AS b WHERE a.range % 7 = b.range % 5"
# Tests that run behind & hand on that Ctrl-C is to be ignored; a command in a person's terminal hears it.
LISTENING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); " + MUSTER[-1]
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a command that a person could stop with Ctrl-C; none outlives its test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: object) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", LISTENING, *map(str, arguments)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait()


def until(condition, *, process: subprocess.Popen[str]) -> None:
    """Wait for a sign of a process that is still going."""
    deadline = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_stopped_leaves_the_tables_before_and_can_be_run_again(
    halden, shell, start, number, code
):
    before = open_workspace(halden).published
    process = start("run", "-w", halden)
    until((halden / ".muster" / "landing").exists, process=process)
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    assert process.returncode in {code, 130}  # a signal inside a query arrives as an interrupt
    assert out == ""
    assert "Traceback" not in err
    assert open_workspace(halden).published.folder == before.folder
    assert before.damaged() == []
    last = json.loads((halden / ".muster/log/runs.jsonl").read_text().splitlines()[-1])
    assert last["ended"] == "failed"
    again = shell("run", "-w", halden, "--as-of", "2025-03-31", "-q")
    assert again.returncode == 0, again.stderr
    assert open_workspace(halden).published.folder != before.folder


def test_ctrl_c_stops_a_query_at_once(built, start):
    process = start("query", "-w", built, ENDLESS)
    assert process.stderr is not None
    assert process.stderr.readline() == "Asking the tables ...\n"  # said after two seconds
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)  # the question itself would take for ever
    assert process.returncode == 130
    assert out == ""
    assert "Stopped" in err


def test_a_second_run_at_the_same_time_is_told_who_holds_the_workspace(halden, shell, start):
    first = start("run", "-w", halden)
    until((halden / ".muster" / "lock.json").exists, process=first)
    second = shell("run", "-w", halden)
    assert second.returncode == 2
    assert f"process {first.pid}" in second.stderr
    assert "`muster run`" in second.stderr
    assert second.stdout == ""
    assert first.communicate(timeout=300)[1].count("load:") == 1
    assert first.returncode == 0


def test_a_reader_that_goes_away_is_no_fault(halden):
    command = f"{shlex.join(MUSTER)} query -w {halden} 'SELECT * FROM resolved_engagement' | head -1"
    ended = subprocess.run(
        ["bash", "-c", f"{command}; echo ${{PIPESTATUS[0]}}"], capture_output=True, text=True, check=True
    )
    assert ended.stdout.splitlines()[0].startswith("engagement_id,")
    assert ended.stdout.splitlines()[1] == "141"
    assert ended.stderr == ""


def test_into_a_pipe_no_colour_and_no_width(built, shell):
    ended = shell("query", "-w", built, "SELECT * FROM resolved_engagement")
    assert "\x1b" not in ended.stdout + ended.stderr
    assert len(ended.stdout.splitlines()) == 5
    assert "\x1b" not in shell("check", "-w", built).stdout
    assert "\x1b" not in shell("--help").stdout


def test_names_of_every_script_pass_whatever_the_locale(built, shell):
    plain = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    ended = shell("query", "-w", built, "SELECT 'Zoë Müller 東京' AS name", env=plain)
    assert ended.stdout == "name\nZoë Müller 東京\n"


def test_on_a_terminal_an_answer_is_a_table_and_no_color_is_kept(built):
    sql = "SELECT email, NULL AS gap FROM person ORDER BY email"
    coloured = on_a_terminal("query", "-w", built, sql)
    assert COLOUR.search(coloured)
    assert "─" in coloured
    plain = on_a_terminal("query", "-w", built, sql, NO_COLOR="1")
    assert not COLOUR.search(plain)
    assert plain.split()[:2] == ["email", "gap"]
    assert not re.search(r"\x1b\[(3[0-8]|9[0-7])", on_a_terminal("--help", NO_COLOR="1"))


def test_on_a_terminal_fifty_rows_are_shown_and_all_when_asked_for(built):
    sql = "SELECT range AS n FROM range(60)"
    few = on_a_terminal("query", "-w", built, sql, NO_COLOR="1")
    assert "The first 50 of 60 rows. All of them: --all" in few
    assert re.search(r"^\s*49\s*$", few, re.MULTILINE)
    assert not re.search(r"^\s*50\s*$", few, re.MULTILINE)
    assert re.search(r"^\s*59\s*$", on_a_terminal("query", "-w", built, "--all", sql), re.MULTILINE)


def test_on_a_terminal_a_run_shows_a_line_that_moves_and_goes_away(halden):
    said = on_a_terminal("run", "-w", halden, NO_COLOR="1")
    assert "\x1b[2K" in said  # the line is written over
    assert "resolve:" in said
    assert " buying groups of " in said


@pytest.mark.skipif(os.geteuid() != 0, reason="as another user than root a read-only folder is enough")
def test_a_folder_without_the_right_to_write_as_root(tmp_path, shell):
    _refuses_without_rights(tmp_path, shell, preexec_fn=_give_up_overriding_rights)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write(tmp_path, shell):
    _refuses_without_rights(tmp_path, shell)


def _refuses_without_rights(tmp_path: Path, shell, **choices: object) -> None:
    place = tmp_path / "closed"
    place.mkdir(mode=0o555)
    ended = shell("init", place / "acme", **choices)
    assert ended.returncode == 2, ended.stderr
    assert str(place) in ended.stderr
    assert "Permission denied" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "muster init --help" in ended.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="rights are taken away as root can")
def test_a_workspace_that_may_only_be_read_is_named_once_and_still_read(halden, shell):
    for folder, _, names in os.walk(halden):
        for name in names:
            (Path(folder) / name).chmod(0o444)
        Path(folder).chmod(0o555)
    ended = shell("run", "-w", halden, preexec_fn=_give_up_overriding_rights)
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.count("Permission denied") == 1
    assert f"muster: {halden} may only be read, so no tables can be built in it" in ended.stderr
    assert f"muster doctor -w {halden}" in ended.stderr
    asked = shell("query", "-w", halden, "SELECT 1 AS one", preexec_fn=_give_up_overriding_rights)
    assert (asked.returncode, asked.stdout) == (0, "one\n1\n")
    for folder, _, _ in os.walk(halden):
        Path(folder).chmod(0o755)


@pytest.mark.parametrize(
    "module", ["typer", "rich.console", "pydantic", "duckdb", "pyarrow", "numpy", "muster.flow"]
)
def test_ctrl_c_while_a_library_is_loaded_is_no_traceback(built, module):
    # A finder that presses Ctrl-C itself: no waiting for a second that is never the same.
    pressed = (
        "import os, signal, sys\n"
        "class Presses:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Presses())\n"
    )
    listening = LISTENING.replace("; ", "\n")
    ended = subprocess.run(
        [sys.executable, "-c", pressed + listening, "run", "-w", str(built), "--as-of", "1999-01-01"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 130, ended.stderr
    assert ended.stdout == ""
    assert not ended.stderr or "Stopped." in ended.stderr  # while options are read Typer ends without a word
    assert "Traceback" not in ended.stderr


def _give_up_overriding_rights() -> None:
    """Even root needs CAP_DAC_OVERRIDE to write where the mode forbids it."""
    drop_from_bounding_set, dac_override = 24, 1
    if ctypes.CDLL(None, use_errno=True).prctl(drop_from_bounding_set, dac_override, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def on_a_terminal(*arguments: object, **environment: str) -> str:
    """What a command writes on a terminal of 100 columns."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*MUSTER, *map(str, arguments)],
        stdout=theirs,
        stderr=theirs,
        stdin=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "200", **environment},
    )
    os.close(theirs)
    said = b""
    while True:
        ready, _, _ = select.select([ours], [], [], 300)
        assert ready, said
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end has been closed
            break
        if not part:
            break
        said += part
    os.close(ours)
    assert process.wait(timeout=60) == 0, said
    return said.decode().replace("\r\n", "\n")

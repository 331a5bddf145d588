"""Long work that a page begins: our own command line in a process of its own, and what it says so far.

As with runs (scheduling.py) the app only watches; the workspace's lock keeps two from working at once.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from muster.engine.lock import HOME
from muster.problems import WrongUse

_running: dict[tuple[Path, str], subprocess.Popen[bytes]] = {}
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Work:
    """How far it is: whether it runs, how it ended (None: unknown or running), what it said."""

    is_running: bool
    ended: int | None
    said: str


def begin(workspace: Path, name: str, arguments: list[str], *, told_in: Path | None = None) -> None:
    """Begin `muster ARGUMENTS` in the workspace. Raises WrongUse while the same work is under way.

    Its result goes to the file `told_in` where that is asked for, else among what it says.
    """
    said_in = _said_in(workspace, name)
    said_in.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "muster", *arguments, f"--workspace={workspace}"]
    with _lock:
        before = _running.get((workspace, name))
        if before is not None and before.poll() is None:
            raise WrongUse("This is being worked on already.", remedy="Look again in a minute.")
        with said_in.open("wb") as said, told_in.open("wb") if told_in else nullcontext(said) as told:
            _running[workspace, name] = subprocess.Popen(  # noqa: S603 - our command, no shell reads it
                command,
                stdout=told,
                stderr=said,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )


def work(workspace: Path, name: str) -> Work:
    """How far the work of that name is in a workspace."""
    with _lock:
        process = _running.get((workspace, name))
    ended = process.poll() if process is not None else None
    try:
        said = _said_in(workspace, name).read_text("utf-8", errors="replace")
    except FileNotFoundError:
        said = ""
    return Work(process is not None and ended is None, ended, said.strip())


def _said_in(workspace: Path, name: str) -> Path:
    return workspace / HOME / "log" / f"serving-{name}.txt"

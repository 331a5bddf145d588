"""One run at a time in a workspace; a second one is told who holds it."""

from __future__ import annotations

import getpass
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from muster.problems import WorkspaceBusy

HOME = ".muster"
_WAITS = 0.2  # seconds: whoever asks only whether it is held has it for an instant


@contextmanager
def hold(workspace: Path, command: str) -> Iterator[None]:
    """Hold the workspace while `command` runs; the system lets go of it if the process dies.

    Raises WorkspaceBusy, saying who holds it, when somebody does.
    """
    home = workspace / HOME
    home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / "lock", timeout=_WAITS)
    holder = home / "lock.json"
    try:
        lock.acquire()
    except Timeout:
        raise WorkspaceBusy(
            f"The workspace {workspace} is busy: {_describe(holder)}.",
            remedy="Wait until it has ended, and try again.",
        ) from None
    try:
        _write(holder, command)
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def is_held(workspace: Path) -> bool:
    """Whether a command holds the workspace at this moment."""
    return held_by(workspace) is not None


def held_by(workspace: Path) -> str | None:
    """The command that holds the workspace at this moment, as `hold` was told; None where none does.

    The lock itself is tried only where a holder is named, who may have died: pages ask this all the time.
    Who takes it or lets go this very moment is an empty text.
    """
    home = workspace / HOME
    holder = home / "lock.json"
    if not holder.exists():
        return None
    lock = FileLock(home / "lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        try:
            return str(json.loads(holder.read_text("utf-8"))["command"])
        except (OSError, ValueError, LookupError):
            return ""
    lock.release()
    return None


def _write(holder: Path, command: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    facts = {
        "command": command,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "since": now,
        "user": _user(),
    }
    draft = holder.with_suffix(".new")
    draft.write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n", "utf-8")
    draft.replace(holder)


def _describe(holder: Path) -> str:
    try:
        facts = json.loads(holder.read_text("utf-8"))
        return "`{command}` (process {pid} on {host}, user {user}) holds it since {since}".format(**facts)
    except (OSError, ValueError, KeyError):
        # It was taken this very moment, or is being let go.
        return "another command has just taken it, or is just letting go"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"number {os.getuid()}"

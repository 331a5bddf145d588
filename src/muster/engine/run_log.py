"""A line for each run of a workspace, also for those that ended badly or were killed: when, how long, why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from muster.engine.lock import held_by

LOG = Path(".muster", "log", "runs.jsonl")
RUN = "muster run"  # who holds the workspace while a run goes on
_BEGUN = LOG.with_name("run-begun.json")
BROKEN_OFF = "it was broken off: it was killed, or the machine went down"


@contextmanager
def begun(workspace: Path) -> Iterator[None]:
    """Leave a note while a run goes on, so that one that is killed is told of.

    The caller holds the workspace. What the run before left, as it was killed, goes into the log now.
    """
    note = workspace / _BEGUN
    if (left := _left_behind(note)) is not None:
        append_entry(workspace, left)
    with suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps({"started_at": datetime.now(UTC).isoformat(timespec="seconds")}), "utf-8")
    try:
        yield
    finally:
        with suppress(OSError):
            note.unlink(missing_ok=True)


def append_entry(workspace: Path, entry: dict[str, Any]) -> None:
    """Add a line to the log; a log that cannot be written is no reason for a run to end badly."""
    log = workspace / LOG
    with suppress(OSError):
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry, ensure_ascii=False) + "\n")


def entries(workspace: Path) -> list[dict[str, Any]]:
    """What the log says, newest first; nothing where there was no run.

    A run that began, and neither ended nor goes on, stands among those that failed.
    """
    left = _left_behind(workspace / _BEGUN)
    found = [left] if left is not None and held_by(workspace) != RUN else []
    try:
        lines = (workspace / LOG).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return found
    for line in reversed(lines):
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # the machine went down while this line was written
        if isinstance(entry, dict):
            found.append(entry)
    return found


def last_entry(workspace: Path) -> dict[str, Any] | None:
    """What the log says of the last run; None when there was none."""
    return next(iter(entries(workspace)), None)


def _left_behind(note: Path) -> dict[str, Any] | None:
    """The line of a run that left its note; None where none did."""
    try:
        started_at = json.loads(note.read_text("utf-8"))["started_at"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError):  # killed while it wrote
        with suppress(OSError):
            moment = datetime.fromtimestamp(note.stat().st_mtime, UTC)
            return _broken_off(moment.isoformat(timespec="seconds"))
        return None
    return _broken_off(str(started_at))


def _broken_off(started_at: str) -> dict[str, Any]:
    return {"started_at": started_at, "ended": "failed", "why": BROKEN_OFF}

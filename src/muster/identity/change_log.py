"""The durable log of changed ids: one line a change, of every run that came into force.

The tables are a function of records, rules and decisions, and keep no history. So each run compares its
tables with those in force before, and leaves the difference beside them before they come into force:

    .muster/runs/000008-5ab01c77/identity_changes.jsonl    comes into force with the tables
    .muster/log/identities.jsonl                           the same lines of every run, oldest first

A run killed between the two loses nothing: the next run, and whoever reads the log, find the lines that
are missing where the tables are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from muster.engine.lock import HOME
from muster.engine.published import NewRun, Published, open_published
from muster.identity.changes import Change, compare, first_tables, is_comparable
from muster.problems import WrongUse

LOG = Path(HOME, "log", "identities.jsonl")
CHANGES = "identity_changes.jsonl"


@dataclass(frozen=True, slots=True)
class Logged:
    """A change, and the run that made it: when it ran, and the date it looked at."""

    run_id: str
    at: str
    as_of: str
    change: Change


def leave_changes(workspace: Path, run: NewRun, *, now: datetime, as_of: datetime, decisions: str) -> None:
    """Write, beside a run's tables, how their ids differ from those in force. The run is not in force yet."""
    before = _in_force(workspace)
    if before is None or not is_comparable(before.folder):
        changes = first_tables(run.folder)
    else:
        is_earlier = as_of < datetime.fromisoformat(before.manifest["as_of"])
        changes = compare(before.folder, run.folder, decisions=decisions, is_earlier=is_earlier)
    facts = {
        "run_id": run.run_id,
        "at": now.isoformat(timespec="seconds"),
        "as_of": as_of.isoformat(),
    }
    lines = [json.dumps(facts | asdict(c)) + "\n" for c in changes]
    (run.folder / CHANGES).write_text("".join(lines), "ascii")


def settle(workspace: Path) -> None:
    """Bring into the log what the run in force left and the log lacks. The caller holds the workspace.

    A line that a crash cut off is taken out first: the run that wrote it is in force and still has it.
    """
    missing = _missing(workspace)
    log = workspace / LOG
    if not missing and not _is_cut(log):
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(log, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        end = sum(len(line) for line in _whole_lines(log))
        os.ftruncate(descriptor, end)
        os.lseek(descriptor, end, os.SEEK_SET)
        left = b"".join(missing)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    folder = os.open(log.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name of a new file, too
    finally:
        os.close(folder)


def read_log(workspace: Path) -> list[Logged]:
    """Every logged change, oldest first, also those that a run killed at its end has yet to write."""
    lines = _whole_lines(workspace / LOG) + _missing(workspace)
    return [_logged(json.loads(line)) for line in lines]


def _logged(row: Mapping[str, object]) -> Logged:
    facts = dict(row)
    run_id, at, as_of = (str(facts.pop(name)) for name in ("run_id", "at", "as_of"))
    records = facts.pop("records")
    assert isinstance(records, list)
    return Logged(run_id, at, as_of, Change(records=tuple(records), **facts))  # type: ignore[arg-type]


def _missing(workspace: Path) -> list[bytes]:
    """The lines of the run in force that the log does not have."""
    run = _in_force(workspace)
    left = _whole_lines(run.folder / CHANGES) if run else []
    known = set(_whole_lines(workspace / LOG)) if left else set()
    return [line for line in left if line not in known]


def _whole_lines(file: Path) -> list[bytes]:
    if not file.is_file():
        return []
    return [line for line in file.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


def _is_cut(log: Path) -> bool:
    return log.is_file() and log.stat().st_size > 0 and not log.read_bytes().endswith(b"\n")


def _in_force(workspace: Path) -> Published | None:
    try:
        return open_published(workspace)
    except WrongUse:
        return None

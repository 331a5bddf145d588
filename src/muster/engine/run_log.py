"""A line for each run of a workspace, also for those that ended badly: when, how long, why."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

LOG = Path(".muster", "log", "runs.jsonl")


def append_entry(workspace: Path, entry: dict[str, Any]) -> None:
    """Add a line to the log; a log that cannot be written is no reason for a run to end badly."""
    log = workspace / LOG
    with suppress(OSError):
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry, ensure_ascii=False) + "\n")


def entries(workspace: Path) -> list[dict[str, Any]]:
    """What the log says, newest first; nothing where there was no run."""
    try:
        lines = (workspace / LOG).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    found = []
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

"""Build a workspace's tables with progress, and keep one line about it in the log."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from muster.cli.progress import showing_progress
from muster.problems import MissingExtra, MusterError, UserDataError

if TYPE_CHECKING:
    from muster.flow import RunResult
    from muster.workspace import Workspace

LOG = Path(".muster", "log", "runs.jsonl")
_NEEDS = {"spark": "pyspark", "sail": "pysail"}


def build(
    workspace: Workspace, *, as_of: datetime | None = None, engine: str = "duckdb", quiet: bool = False
) -> RunResult:
    """Run the flow; a run that ends badly is in the log too.

    Raises UserDataError when muster.toml names no source, MissingExtra before anything is read.
    """
    if not workspace.config.source:
        raise UserDataError(
            "muster.toml names no source, so there is nothing to read.",
            remedy="Add a [[source]] for each export; muster.toml has examples.",
        )
    if engine in _NEEDS and find_spec(_NEEDS[engine]) is None:
        raise MissingExtra(engine, needed_for=f"The engine {engine}")
    entry: dict[str, Any] = {"started_at": _now(), "engine": engine}
    began = perf_counter()
    try:
        with showing_progress(quiet=quiet) as report:
            result = workspace.run(as_of=as_of, engine=engine, progress=report)
    except BaseException as error:
        told = error.message if isinstance(error, MusterError) else type(error).__name__
        seconds = {"total": round(perf_counter() - began, 3)}
        _append(workspace.folder, entry | {"ended": "failed", "why": told, "seconds": seconds})
        raise
    seconds = {step: round(taken, 3) for step, taken in result.seconds.items()}
    entry |= {"ended": "published", "run_id": result.run_id, "as_of": result.as_of.isoformat()}
    entry |= {"seconds": seconds | {"total": round(perf_counter() - began, 3)}}
    _append(workspace.folder, entry | {"rows": dict(result.rows), "problems": result.problem_count})
    return result


def last_entry(workspace: Path) -> dict[str, Any] | None:
    """What the log says of the last run; None when there was none."""
    try:
        lines = (workspace / LOG).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return None
    for line in reversed(lines):
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # the machine went down while this line was written
        if isinstance(entry, dict):
            return entry
    return None


def _append(workspace: Path, entry: dict[str, Any]) -> None:
    log = workspace / LOG
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(entry, ensure_ascii=False) + "\n")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

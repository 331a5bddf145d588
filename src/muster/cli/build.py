"""Build a workspace's tables with progress, and keep one line about it in the log."""

from __future__ import annotations

import errno
import os
import tempfile
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from muster.cli.endings import is_interrupt
from muster.cli.options import in_place
from muster.cli.progress import showing_progress
from muster.engine.run_log import append_entry
from muster.problems import MissingExtra, MusterError, UserDataError, WrongUse

if TYPE_CHECKING:
    from muster.flow import RunResult
    from muster.workspace import Workspace

HOME = ".muster"
_NEEDS = {"spark": "pyspark", "sail": "pysail"}


def build(
    workspace: Workspace, *, as_of: datetime | None = None, engine: str = "duckdb", quiet: bool = False
) -> RunResult:
    """Run the flow; a run that ends badly is in the log too.

    Raises UserDataError when muster.toml names no source; MissingExtra, and WrongUse where nothing can
    be written, before anything is read.
    """
    if not workspace.config.source:
        raise UserDataError(
            "muster.toml names no source, so there is nothing to read.",
            remedy="Add a [[source]] for each export; muster.toml has examples.",
        )
    if engine in _NEEDS and find_spec(_NEEDS[engine]) is None:
        raise MissingExtra(engine, needed_for=f"The engine {engine}")
    _look_for_rights(workspace.folder)
    entry: dict[str, Any] = {"started_at": _now(), "engine": engine}
    began = perf_counter()
    try:
        with showing_progress(quiet=quiet) as report:
            result = workspace.run(as_of=as_of, engine=engine, progress=report)
    except BaseException as error:
        seconds = {"total": round(perf_counter() - began, 3)}
        append_entry(workspace.folder, entry | {"ended": "failed", "why": _why(error), "seconds": seconds})
        raise
    seconds = {step: round(taken, 3) for step, taken in result.seconds.items()}
    entry |= {"ended": "published", "run_id": result.run_id, "as_of": result.as_of.isoformat()}
    entry |= {"seconds": seconds | {"total": round(perf_counter() - began, 3)}}
    append_entry(workspace.folder, entry | {"rows": dict(result.rows), "problems": result.problem_count})
    return result


def _look_for_rights(workspace: Path) -> None:
    """Find out by writing: rights, mounts and quotas tell a program nothing reliable."""
    home = workspace / HOME
    try:
        home.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        if error.errno not in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise
        raise WrongUse(
            f"{workspace} may only be read, so no tables can be built in it ({os.strerror(error.errno)}).",
            remedy="Give yourself the right to write there, or copy the folder to where you have it. "
            f"To see more: muster doctor{in_place(workspace)}",
        ) from error


def _why(error: BaseException) -> str:
    """Why a run ended early, in words that doctor can show."""
    if isinstance(error, MusterError):
        return error.message
    if isinstance(error, SystemExit) or is_interrupt(error):
        return "it was stopped (Ctrl-C, or the system asked it to end)"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    first = str(error).strip().partition("\n")[0]
    return f"a fault in Muster itself ({type(error).__name__}{f': {first}' if first else ''})"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

"""How a command ends: the exit code, and a message that names the next command to try."""

from __future__ import annotations

import errno
import os
import platform
import re
import shlex
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import typer
from rich.text import Text
from typer.core import TyperGroup

from muster.cli.options import in_place, workspace_of
from muster.cli.screen import clean, notes
from muster.problems import (
    CheckFailed,
    ConfigError,
    MissingExtra,
    MusterError,
    UserDataError,
    WorkspaceBusy,
    WrongUse,
)

FINE, LOOK, MISUSE, FAULT, INTERRUPTED = 0, 1, 2, 3, 130
CODES = {
    FINE: "fine",
    LOOK: "your data or rules need a look",
    MISUSE: "wrong use: a command, key, place or right that is missing",
    FAULT: "our fault: please report it",
    INTERRUPTED: "interrupted (Ctrl-C)",
}
_READER_GONE = 128 + 13  # as for every program whose reader closed the pipe: muster query ... | head
_PLACE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR, errno.EEXIST}
_OF_INTERRUPTS = re.compile(r"KeyboardInterrupt|INTERRUPT Error|^Query interrupted$")
_NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS}
_READERS = {"query", "explain", "report", "export"}  # commands that rest on published tables
# Typer's own complaints about a command line; it shows them itself, with the usage, and ends with 2.
_USAGE: Any = typer.BadParameter.mro()[2]


class Commands(TyperGroup):
    """The group of all commands; whatever they raise becomes a message and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            outcome = super().invoke(ctx)
            sys.stdout.flush()
            return outcome
        except (typer.Exit, typer.Abort, _USAGE):
            raise
        except KeyboardInterrupt as error:
            raise typer.Exit(interrupted()) from error
        except BrokenPipeError as error:
            # Nobody reads any more; Python would complain about it once more when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(_READER_GONE) from error
        except Exception as error:
            raise typer.Exit(end(error, workspace_of(ctx), asked=ctx.invoked_subcommand)) from error


def end(error: Exception, workspace: Path, *, asked: str | None = None) -> int:
    """Say what went wrong in the command `asked`, and what to try next; returns the exit code."""
    if is_interrupt(error):
        return interrupted()
    known = _known(error) or (_damage(workspace) if asked in _READERS else None) or _engine_limit(error)
    if known is None or known.exit_code == FAULT:
        _say(
            known.message if known else f"Something went wrong in Muster itself: {type(error).__name__}.",
            known.remedy if known else "",
            f"Details are in {_keep(error, workspace)}; please report them. "
            f"See whether something is amiss here with: muster doctor{in_place(workspace)}",
        )
        return FAULT
    remedy, command = known.remedy, f"muster {_next(known, asked)}"
    if not command.endswith("--help"):
        command += in_place(workspace)
    further = "" if "muster " in remedy else f"Then try: {command}" if remedy else f"Try: {command}"
    _say(known.message, remedy, further)
    return known.exit_code


def _known(error: Exception) -> MusterError | None:
    """The error as one that its reader can act on; None when it can only be our fault."""
    if isinstance(error, MusterError):
        return error
    if isinstance(error, OSError) and error.errno in _PLACE:
        place = f"{error.filename}: " if error.filename else ""
        remedy = "Free some space first." if error.errno in {errno.ENOSPC, errno.EDQUOT} else ""
        if error.errno in _NO_RIGHT:
            remedy = "Give yourself the right to write there, or use another folder."
        return WrongUse(f"{place}{os.strerror(error.errno or 0)}.", remedy=remedy)
    return None


def _engine_limit(error: Exception) -> MusterError | None:
    """Memory or files that DuckDB did not get; its errors are known by name, it may not be imported yet."""
    first = str(error).partition("\n")[0]
    if type(error).__name__ == "OutOfMemoryException":
        remedy = "Raise memory_limit under [engine] in muster.toml, or free memory on this machine."
        return WrongUse(first, remedy=remedy)
    return WrongUse(first) if type(error).__name__ == "IOException" else None


def _damage(workspace: Path) -> MusterError | None:
    """Whether the published tables are damaged, which would explain an error that nothing else does."""
    from muster.engine.published import open_published  # noqa: PLC0415  only when something has gone wrong

    try:
        damaged = open_published(workspace).damaged()
    except (WrongUse, OSError):
        return None
    except (ValueError, KeyError):
        damaged = ["manifest.json"]
    if not damaged:
        return None
    remedy = f"Build them again with: muster run{in_place(workspace)}"
    return UserDataError(f"Published tables are damaged or missing: {', '.join(damaged)}.", remedy=remedy)


def _next(error: MusterError, asked: str | None) -> str:
    if asked is None or isinstance(error, CheckFailed | MissingExtra | WorkspaceBusy):
        return "doctor"
    if isinstance(error, ConfigError | UserDataError) and asked != "attribute":  # which has no workspace
        return "check"
    return f"{asked} --help"


def is_interrupt(error: BaseException | None) -> bool:
    """Whether Ctrl-C is behind an error: DuckDB, and an import that is cut off, make it one of their own."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt) or _OF_INTERRUPTS.search(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def interrupted() -> int:
    """Say that Ctrl-C was heard; returns the exit code."""
    _say("Stopped. Tables that were published before are still in force.", "", "")
    return INTERRUPTED


def _say(message: str, remedy: str, further: str) -> None:
    screen = notes()
    screen.print(Text.assemble(("muster: ", "bold red"), clean(message, lines=True)), soft_wrap=True)
    for line in (remedy, further):
        if line:
            screen.print(Text(f"  {clean(line)}"), soft_wrap=True)


def _keep(error: Exception, workspace: Path) -> Path:
    """Write the traceback where a report can pick it up: the workspace's log, else a temporary folder."""
    now = datetime.now(UTC)
    text = (
        f"{now.isoformat()}\nmuster {version('muster-revenue')}, Python {platform.python_version()}, "
        f"{platform.platform()}\n{shlex.join(sys.argv)}\n\n{''.join(traceback.format_exception(error))}"
    )
    name = f"error-{now:%Y%m%dT%H%M%S.%fZ}.txt"
    folders = [Path(tempfile.gettempdir())]
    if (workspace / "muster.toml").is_file():
        folders.insert(0, workspace / ".muster" / "log")
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
            return folder / name
        except OSError:
            continue
    sys.stderr.write(text)
    return Path("the lines above")

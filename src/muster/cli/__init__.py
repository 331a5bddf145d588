"""The command line: one verb a command, one function each. `muster --help` lists them."""

from __future__ import annotations

import os
import signal
from types import FrameType

__all__ = ["main"]
_INTERRUPTED = 130


def main() -> None:
    """Run the command named on the command line; ends the process with its exit code.

    While the libraries are loaded Ctrl-C ends the process at once: nothing has been begun yet, and
    an import that is torn in two would answer with a fault of its own.
    """
    listens = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if listens:
        signal.signal(signal.SIGINT, _leave)
    from muster.cli.app import main as run_command  # noqa: PLC0415  only now can Ctrl-C be heard

    if listens:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run_command()


def _leave(_number: int, _frame: FrameType | None) -> None:
    os.write(2, b"muster: Stopped.\n")
    os._exit(_INTERRUPTED)

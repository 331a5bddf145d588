"""Wait for something that cannot say how far it is; Ctrl-C ends it at once."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Generic, TypeVar

from muster.cli.screen import hint, notes

T = TypeVar("T")
PATIENCE = 2.0  # seconds until we say what takes so long


class _Work(threading.Thread, Generic[T]):
    """Does the work beside the main thread, which alone can hear Ctrl-C while DuckDB is busy."""

    def __init__(self, work: Callable[[], T]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self.outcome: T | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        """Keep what comes of it, or what went wrong."""
        try:
            self.outcome = self._work()
        except BaseException as error:
            self.error = error


def wait_for(work: Callable[[], T], *, saying: str, quiet: bool = False) -> T:
    """Do something that only reads, and say what it is when it takes more than two seconds.

    >>> wait_for(lambda: 6 * 7, saying="Multiplying")
    42
    """
    thread = _Work(work)
    thread.start()
    try:
        thread.join(PATIENCE)
        if thread.is_alive():
            with _shown(saying, quiet=quiet):
                thread.join()
    except KeyboardInterrupt:
        # The thread may be deep inside a query and deaf; it only reads, so it may simply end with us.
        notes().print("\nmuster: Stopped.")
        sys.stdout.flush()
        os._exit(130)
    if thread.error is not None:
        raise thread.error
    return thread.outcome  # type: ignore[return-value]  # None only where T is None


def _shown(saying: str, *, quiet: bool) -> AbstractContextManager[Any]:
    screen = notes()
    if screen.is_terminal and not quiet:
        return screen.status(f"{saying} ...")
    hint(f"{saying} ...", quiet=quiet)
    return nullcontext()

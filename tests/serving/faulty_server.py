"""Muster's command line in its own process with a fault put in: what `test_killed_server.py` must notice.

    python -m tests.serving.faulty_server piecemeal 3 serve -w acme --port 9000

The number says in which decision the process kills itself, between its row and the rest of it; 0: in none.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import sqlalchemy as sa

from muster.cli import main
from muster.deciding import answers
from muster.store import decisions, opening
from muster.store.decisions import Decision, add_decision
from muster.store.opening import Store

_LATER = 60.0  # seconds: long after the process was killed


def answers_before_it_is_kept() -> None:
    """Tell whoever decides that it is done, and write it down when there is time."""

    def later(store: Store, asked: Decision, **said: Any) -> Decision:
        writing = threading.Timer(_LATER, add_decision, (store, asked), said)
        writing.daemon = True
        writing.start()
        return replace(asked, decision_id=decisions._new_id(datetime.now(UTC), ()))

    answers.add_decision = later


def writes_piecemeal() -> None:
    """Every row is a transaction of its own."""
    opening._begin_sqlite = lambda _: None


FAULTS: dict[str, Callable[[], None]] = {
    "none": lambda: None,
    "late": answers_before_it_is_kept,
    "piecemeal": writes_piecemeal,
}


def _dies_in(decision: int) -> None:
    written = count(1)

    @sa.event.listens_for(sa.Engine, "after_cursor_execute")
    def die(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO decision ") and next(written) == decision:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    fault, decision, *rest = sys.argv[1:]
    FAULTS[fault]()
    if int(decision):
        _dies_in(int(decision))
    sys.argv[1:] = rest
    main()

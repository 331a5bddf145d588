"""What is kept of a run: computed once for all who ask, even when they ask together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier, Event

import pytest

from muster.serving.snapshots import Snapshot

NOW = datetime(2026, 1, 5)


def test_who_asks_together_waits_for_one_answer() -> None:
    kept, asking, ended, made = Snapshot("1", Path(), NOW, NOW, {}), Barrier(3), Event(), []

    def make() -> int:
        made.append(1)
        ended.wait(10)
        return 42

    def ask() -> int:
        asking.wait(10)
        return kept.once("list", make)

    with ThreadPoolExecutor(3) as people:
        answers = [people.submit(ask) for _ in range(2)]
        asking.wait(10)
        assert people.submit(kept.once, "another", lambda: 7).result(10) == 7  # is not kept waiting
        ended.set()
        assert [answer.result(10) for answer in answers] == [42, 42]
    assert len(made) == 1


def test_what_went_wrong_is_tried_again() -> None:
    kept = Snapshot("1", Path(), NOW, NOW, {})

    def fail() -> int:
        raise OSError

    with pytest.raises(OSError):
        kept.once("list", fail)
    assert kept.once("list", lambda: 1) == 1

"""What is kept of a run: computed once for all who ask, even when they ask together."""

from __future__ import annotations

import weakref
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest

from muster.access.scope import Held
from muster.serving import snapshots
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


def test_rows_held_in_the_engine_weigh_a_quarter_and_are_let_go_of_in_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snapshots, "_KEPT_ROWS", 3_000)
    kept = Snapshot("1", Path(), NOW, NOW, {})
    scope: Any = None  # nothing is asked of it here
    weeks = [weakref.ref(kept.once(f"week {n}", lambda: Held(scope, "held", 4_000))) for n in range(3)]
    assert [week() is not None for week in weeks] == [False, True, True]
    rows = kept.once("rows in Python", lambda: ["card"] * 4_000)
    assert kept.once("rows in Python", list) is rows and weeks[2]() is None


def test_small_answers_drive_no_list_out_before_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty people who walk about ask for thousands of small ones: lists that are made in seconds stay."""
    kept = Snapshot("1", Path(), NOW, NOW, {})
    rows = kept.once("board", lambda: ["card"] * 1_000)
    for number in range(2_000):
        kept.once(f"small {number}", lambda: 1)
    assert kept.once("board", list) is rows
    monkeypatch.setattr(snapshots, "_KEPT_ROWS", 5_000)
    for number in range(100):
        kept.once(f"another {number}", lambda: 1)
    assert kept.once("board", list) == []
    assert len(kept._kept) < 100

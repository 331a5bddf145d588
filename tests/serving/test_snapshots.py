"""What is kept of a run: computed once for all who ask, even when they ask together."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Barrier, Event

import pytest

from muster.serving import snapshots
from muster.serving.snapshots import OF_ANOTHER, Snapshot

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


@dataclass(frozen=True)
class Sorted:
    """Rows of another answer in an order of its own, or rows of its own."""

    lent: list[str] = field(default_factory=list, metadata=OF_ANOTHER)
    own: list[str] = field(default_factory=list)


@pytest.mark.parametrize(
    ("sort", "is_kept"), [(lambda rows: Sorted(lent=rows), True), (lambda rows: Sorted(own=rows), False)]
)
def test_a_list_in_many_orders_takes_no_other_answers_place(
    sort: Callable[[list[str]], Sorted], is_kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "_KEPT_ROWS", 3_000)
    kept = Snapshot("1", Path(), NOW, NOW, {})
    rows = kept.once("board", lambda: ["card"] * 1_000)
    for order in range(20):
        kept.once(f"board in order {order}", lambda: sort(list(rows)))
    assert (kept.once("board", list) is rows) == is_kept


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

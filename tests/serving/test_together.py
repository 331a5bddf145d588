"""Questions of a page that two threads ask: the same answers as one after the other, sooner."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Barrier, Event, current_thread
from time import sleep

import pytest

from muster.access.seen import Seen
from muster.access.viewer import Viewer
from muster.reports.published import Published
from muster.serving.figures import together as asking
from muster.serving.figures.account.whole import accounts_of
from muster.serving.figures.group.group import groups_of
from muster.serving.figures.group.rows import rows_of
from muster.serving.figures.person.whole import people_of
from muster.serving.figures.together import together


@pytest.fixture
def tables(tmp_path: Path) -> Published:
    found = Published(tmp_path)
    found.hands = 2
    return found


def number(n: int) -> Callable[[Published], int]:
    return lambda tables: int(tables.records("SELECT ? AS n", [n])[0]["n"])


def test_answers_come_in_the_order_of_the_questions(tables: Published) -> None:
    assert together(tables, [number(n) for n in range(50)]) == list(range(50))
    assert together(tables, []) == []


def test_two_are_asked_at_the_same_time_of_connections_of_their_own(tables: Published) -> None:
    both = Barrier(2, timeout=10)  # nobody passes alone
    asked: list[Published] = []

    def meet(own: Published) -> None:
        asked.append(own)
        both.wait()

    together(tables, [meet, meet])
    assert len({id(own) for own in asked}) == 2


def test_what_is_made_ahead_takes_one_hand(tables: Published) -> None:
    tables.hands = 1
    assert set(together(tables, [lambda _: current_thread().name] * 9)) == {current_thread().name}


def test_where_everybody_is_busy_one_answers_alone(tables: Published) -> None:
    ended = Event()
    busy = [asking._HELPERS.submit(ended.wait, 10) for _ in range(asking._HELPERS._max_workers)]
    assert together(tables, [number(n) for n in range(5)]) == list(range(5))
    assert not any(one.done() for one in busy)
    ended.set()


@pytest.mark.parametrize("place", [0, 1, 7])
def test_what_fails_is_told_and_the_rest_is_not_asked(tables: Published, place: int) -> None:
    asked: list[int] = []

    def ask(n: int, _: Published) -> None:
        asked.append(n)
        if n == place:
            raise OSError(f"of {n}")
        sleep(0.001)

    with pytest.raises(OSError, match=f"of {place}"):
        together(tables, [partial(ask, n) for n in range(200)])
    assert len(asked) < 200


@pytest.mark.parametrize("role", ["rep", "admin"])
def test_a_page_that_two_ask_for_tells_what_one_would(bundled: Path, owners: list[str], role: str) -> None:
    viewer = Viewer(1, "", "", role, frozenset(owners[:1]) if role == "rep" else frozenset())
    folder, told = bundled / ".muster" / "tables", []
    for hands in (1, 2):
        with Seen(folder, viewer, hands=hands) as tables:
            [known] = tables.records("SELECT MAX(scored_at) AS at FROM score")
            groups, accounts, people = (
                [row["id"] for row in tables.records(f"SELECT DISTINCT {key} AS id FROM {table} ORDER BY id")]
                for table, key in (
                    ("buying_group", "buying_group_id"),
                    ("account", "account_id"),
                    ("person", "person_id"),
                )
            )
            told.append(
                (
                    [rows_of(tables, groups_of(tables, [one]), as_of=known["at"]) for one in groups],
                    [accounts_of(tables, [one], as_of=known["at"]) for one in accounts[:40]],
                    [people_of(tables, [one], as_of=known["at"]) for one in people[:40]],
                )
            )
    assert len(told[0][0]) > 5
    assert told[0] == told[1]

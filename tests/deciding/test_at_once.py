"""Two processes decide at once, and one that is killed in the middle: nothing is lost, nothing is half."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
import sqlalchemy as sa
from tests.deciding.conftest import G1, G2

from muster.config.settings import StoreConfig
from muster.deciding import answers
from muster.deciding.answers import decide
from muster.deciding.facts import Facts
from muster.problems import WrongUse
from muster.store import decisions
from muster.store.audit import entries, first_broken
from muster.store.decisions import Decision, add_decision, read_decisions
from muster.store.opening import Store, open_store
from muster.store.schema import IDEMPOTENCY


def in_a_process(work: Callable[[int], None]) -> tuple[int, int]:
    """Fork; the child does `work`, writing to a pipe. Returns its id and the end to read."""
    reads, writes = os.pipe()
    child = os.fork()
    if child:
        os.close(writes)
        return child, reads
    try:
        os.close(reads)
        work(writes)
    finally:
        os._exit(0)


def opened(workspace: Path, kept_in: StoreConfig) -> Store:
    store = open_store(workspace, kept_in)
    assert store is not None
    return store


def answered_at_once(workspace: Path, kept_in: StoreConfig, facts: Facts) -> list[str]:
    """What two processes are told that answer one hand-off at once: who decided, or who was first."""
    gate, opens = os.pipe()

    def answering(by: str, verb: str) -> Callable[[int], None]:
        def work(writes: int) -> None:
            os.close(opens)
            with closing(opened(workspace, kept_in)) as own:
                read_decisions(own)
                os.read(gate, 1)  # both wait here until the gate is shut behind them
                try:
                    said = decide(
                        own, facts, verb, G2, by=by, reason="No budget", seen=""
                    ).decision.decided_by
                except WrongUse as refused:
                    said = refused.message
                os.write(writes, said.encode())

        return work

    children = [in_a_process(answering("Rita", "accept")), in_a_process(answering("Sven", "reject"))]
    os.close(gate)
    os.close(opens)
    told = []
    for child, reads in children:
        os.waitpid(child, 0)
        told.append(os.read(reads, 1000).decode())
        os.close(reads)
    return told


def see_that_one_won(workspace: Path, kept_in: StoreConfig, told: list[str]) -> None:
    with closing(opened(workspace, kept_in)) as own:
        assert len(read_decisions(own)) == 1
        [kept] = read_decisions(own)
        assert len([e for e in entries(own) if e.action == "decide"]) == 1
    assert sorted(said == kept.decided_by for said in told) == [False, True]
    assert any(said.startswith(f"{kept.decided_by} was first") for said in told)


def test_two_processes_answer_one_hand_off_at_once_and_one_wins(
    tmp_path: Path, kept_in: StoreConfig, store: Store, facts: Facts
) -> None:
    store.close()  # no connection is shared with the children
    see_that_one_won(tmp_path, kept_in, answered_at_once(tmp_path, kept_in, facts))


def test_a_fault_that_lets_both_win_is_noticed(
    tmp_path: Path, kept_in: StoreConfig, store: Store, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.close()
    monkeypatch.setattr(
        decisions, "NOTE", ANY
    )  # as if every answer were a note, which stands in nobody's way
    told = answered_at_once(tmp_path, kept_in, facts)
    with pytest.raises(AssertionError):
        see_that_one_won(tmp_path, kept_in, told)


def killed_while_it_decides(
    workspace: Path, kept_in: StoreConfig, facts: Facts, *, survives: int
) -> list[str]:
    """The decisions that a process answered before it was killed."""

    def work(writes: int) -> None:
        with closing(opened(workspace, kept_in)) as own:
            for number in range(1000):
                key, group = f"k{number}", (G1, G2)[number % 2]
                made = decide(own, facts, "note", group, by="Rita", reason=f"note {number}", key=key)
                os.write(writes, json.dumps(made.decision.decision_id).encode() + b"\n")

    child, reads = in_a_process(work)
    with os.fdopen(reads) as told:
        answered = [json.loads(told.readline()) for _ in range(survives)]
        os.kill(child, signal.SIGKILL)  # somewhere in its next decision
        answered += [json.loads(line) for line in told if line.endswith("\n")]
    os.waitpid(child, 0)
    return answered


def see_that_every_answer_is_kept(
    workspace: Path, kept_in: StoreConfig, facts: Facts, answered: list[str]
) -> None:
    with closing(opened(workspace, kept_in)) as own:
        kept = [d.decision_id for d in read_decisions(own)]
        trail = entries(own)
        with own.reading() as connection:
            remembered = connection.execute(sa.select(IDEMPOTENCY.c.decision_id)).scalars().all()
        assert kept[: len(answered)] == answered, "something answered is not kept"
        assert len(kept) <= len(answered) + 1
        assert first_broken(trail) is None
        assert [e.subject for e in trail if e.action == "decide"] == kept == sorted(remembered)
        again = decide(own, facts, "note", G1, by="Rita", reason="note 0", key="k0")
        assert again.decision.decision_id == answered[0]


@pytest.mark.parametrize("survives", [1, 4])
def test_of_a_process_killed_while_it_decides_every_answer_is_kept_and_the_rest_is_whole_or_absent(
    tmp_path: Path, kept_in: StoreConfig, store: Store, facts: Facts, survives: int
) -> None:
    store.close()
    answered = killed_while_it_decides(tmp_path, kept_in, facts, survives=survives)
    see_that_every_answer_is_kept(tmp_path, kept_in, facts, answered)


def test_a_fault_that_answers_before_it_is_kept_is_noticed(
    tmp_path: Path, kept_in: StoreConfig, store: Store, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[tuple[Decision, dict[str, Any]]] = []
    told = count(1)

    def one_behind(store: Store, asked: Decision, **said: Any) -> Decision:
        """Answer with the id that it will have; what was answered before is written now."""
        waiting.append((replace(asked, decision_id=f"d20260301T{next(told):012d}Z-5f0c91aa"), said))
        if len(waiting) > 2:
            before, known = waiting.pop(0)
            monkeypatch.setattr(decisions, "_new_id", lambda *_: before.decision_id)
            add_decision(store, before, **known)
        return waiting[-1][0]

    store.close()
    monkeypatch.setattr(answers, "add_decision", one_behind)
    answered = killed_while_it_decides(tmp_path, kept_in, facts, survives=4)
    with pytest.raises(AssertionError, match="answered"):
        see_that_every_answer_is_kept(tmp_path, kept_in, facts, answered)

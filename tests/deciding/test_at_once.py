"""Two processes decide at once, and one that is killed in the middle: nothing is lost, nothing is half."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.deciding.conftest import G1, G2

from muster.config.settings import StoreConfig
from muster.deciding.answers import decide
from muster.deciding.facts import Facts
from muster.problems import WrongUse
from muster.store.audit import entries, first_broken
from muster.store.decisions import read_decisions
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


def test_two_processes_answer_one_hand_off_at_once_and_one_wins(
    tmp_path: Path, kept_in: StoreConfig, store: Store, facts: Facts
) -> None:
    store.close()  # no connection is shared with the children
    gate, opens = os.pipe()

    def answering(by: str, verb: str) -> Callable[[int], None]:
        def work(writes: int) -> None:
            os.close(opens)
            with closing(opened(tmp_path, kept_in)) as own:
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
    with closing(opened(tmp_path, kept_in)) as own:
        [kept] = read_decisions(own)
        assert len([e for e in entries(own) if e.action == "decide"]) == 1
    assert sorted(said == kept.decided_by for said in told) == [False, True]
    assert any(said.startswith(f"{kept.decided_by} was first") for said in told)


@pytest.mark.parametrize("survives", [1, 4])
def test_of_a_process_killed_while_it_decides_every_answer_is_kept_and_the_rest_is_whole_or_absent(
    tmp_path: Path, kept_in: StoreConfig, store: Store, facts: Facts, survives: int
) -> None:
    store.close()

    def work(writes: int) -> None:
        with closing(opened(tmp_path, kept_in)) as own:
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
    with closing(opened(tmp_path, kept_in)) as own:
        kept = [d.decision_id for d in read_decisions(own)]
        trail = entries(own)
        with own.reading() as connection:
            remembered = connection.execute(sa.select(IDEMPOTENCY.c.decision_id)).scalars().all()
        assert kept[: len(answered)] == answered and len(kept) <= len(answered) + 1
        assert first_broken(trail) is None
        assert [e.subject for e in trail if e.action == "decide"] == kept == sorted(remembered)
        again = decide(own, facts, "note", G1, by="Rita", reason="note 0", key="k0")
        assert again.decision.decision_id == answered[0]

"""What people said about each thing, and whether the last run knew of it: pages show it at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from muster.deciding.facts import Facts, every_decision
from muster.deciding.standing import standing, undone
from muster.store.decisions import UNDO, Decision
from muster.store.opening import Store


@dataclass(frozen=True, slots=True)
class Said:
    """A decision and where it stands.

    `state` is in force, undone or overruled (by a later one on the same). `is_pending` says that the last
    run did not know of it, or not that it was undone: the next one applies it. `undone_by` is the id of
    what took it back.
    """

    decision: Decision
    state: str
    is_pending: bool
    undone_by: str = ""


def pending(store: Store | None, facts: Facts) -> list[Decision]:
    """The decisions taken since the run in force read them, oldest first; undoings among them."""
    return [d for d in every_decision(store, facts) if d.decision_id not in facts.recorded_ids]


def said_by_subject(store: Store | None, facts: Facts) -> dict[str, list[Said]]:
    """What was said, by what it is about (a hand-off, a group, a record, a domain), oldest first.

    Holds while `muster.store.decisions.last_number` and the run stay the same.
    """
    found: dict[str, list[Said]] = {}
    for said in said_of(every_decision(store, facts), facts.recorded_ids):
        found.setdefault(said.decision.subject_id, []).append(said)
    return found


def said_of(every: Sequence[Decision], recorded_ids: frozenset[str]) -> list[Said]:
    """Each decision with its state; what took another back is told there, and not by itself."""
    taken_back, last = undone(every), {d.decision_id for d in standing(every)}
    told = []
    for d in every:
        if d.kind == UNDO:
            continue
        by = taken_back.get(d.decision_id, "")
        state = "undone" if by else "in force" if d.decision_id in last else "overruled"
        told.append(Said(d, state, (by or d.decision_id) not in recorded_ids, by))
    return told

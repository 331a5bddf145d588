"""Decisions about who is who and plays which part: which are in force, which were taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from muster.problems import WrongUse
from muster.store.decisions import NOTE, UNDO, Decision

# What a decision is about beside its subject: the last word on the same is in force. Of all others the
# subjects alone tell, and every note stands.
_TOPICS = dict.fromkeys(("accepted", "rejected", "recycled", "nurture"), "answer") | {
    "reassign": "owner",
    "exclude": "exclusion",
    "include": "exclusion",
}


def undone(decisions: Iterable[Decision]) -> dict[str, str]:
    """The ids that were taken back, with the id of what took each back."""
    return {d.subject_id: d.decision_id for d in decisions if d.kind == UNDO}


def standing(decisions: Sequence[Decision]) -> list[Decision]:
    """The last word on each two records, addresses or domains, as `identity_decision.sql` has it."""
    taken_back = undone(decisions)
    last: dict[tuple[str, frozenset[str]], Decision] = {}
    for decision in sorted(decisions, key=lambda d: d.rank):
        if decision.kind != UNDO and decision.decision_id not in taken_back:
            last[topic(decision), decision.pair] = decision
    return sorted(last.values(), key=lambda d: d.rank)


def topic(decision: Decision) -> str:
    """What it is about, beside its subjects."""
    return decision.decision_id if decision.kind == NOTE else _TOPICS.get(decision.kind, "")


def find_decision(decisions: Sequence[Decision], said: str, *, command: str) -> Decision:
    """The decision of an id, of its beginning or its last part.

    Raises WrongUse, naming the nearest, where none is meant.
    """
    exact = [d for d in decisions if d.decision_id == said]
    found = exact or [d for d in decisions if said and _is_meant(d.decision_id, said)]
    if len(found) == 1:
        return found[0]
    if found:
        raise WrongUse(
            f"{said} is part of {len(found)} decisions' ids.",
            remedy=f"Say which: {', '.join(_ids(found[:3]))}.",
        )
    import difflib  # noqa: PLC0415  only where something was mistyped

    near = difflib.get_close_matches(said, _ids(decisions), n=2, cutoff=0.3) or _ids(decisions[-2:])
    hint = f"The nearest: {', '.join(near)}." if near else "There is none yet."
    raise WrongUse(f"There is no decision {said}.", remedy=f"{hint} See them all: muster {command} decisions")


def _is_meant(decision_id: str, said: str) -> bool:
    return decision_id.startswith(said) or decision_id.rpartition("-")[2] == said


def _ids(decisions: Iterable[Decision]) -> list[str]:
    return [d.decision_id for d in decisions]

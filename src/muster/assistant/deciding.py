"""An assistant decides in its user's name, once for each question, overwriting nothing it did not know of."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from muster.assistant.desk import Desk
from muster.deciding.answers import decide
from muster.deciding.facts import Facts, every_decision
from muster.deciding.pending import said_of
from muster.problems import WrongUse


def decide_as(
    desk: Desk, verb: str, hand_off: str, *, reason: str = "", value: str = "", seen: str = ""
) -> dict[str, Any]:
    """Answer a hand-off. Raises WrongUse without a token that allows it, or where somebody was first."""
    viewer = desk.decider()
    with desk.looking("decisions:write", "decide") as looking:
        assert desk.store is not None  # a token is in it
        facts = desk.facts(looking)
        made = decide(
            desk.store, facts, verb, hand_off, by=viewer.email, reason=reason, value=value, seen=seen
        )
        if not made.is_new and made.decision.decided_by != viewer.email:
            raise WrongUse(f"{made.decision.decided_by} was first: {made.decision.says}.")
        return {"decision": asdict(made.decision), "is_new": made.is_new, "says": made.says}


def decisions_about(desk: Desk, facts: Facts, subjects: set[str]) -> list[dict[str, Any]]:
    """What people decided about some subjects, oldest first, also since the last run."""
    if desk.store is None:
        return []
    told = said_of(every_decision(desk.store, facts), facts.recorded_ids)
    return [
        asdict(said.decision) | {"state": said.state, "is_pending": said.is_pending}
        for said in told
        if said.decision.subject_id in subjects
    ]

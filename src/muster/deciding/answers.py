"""Answer a hand-off: accept, reject, return it to nurture, pass it on, note something; keep an account out.

Pages, programs and commands all decide by `decide` here, and take back by `take_back`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from muster.deciding.exclusions import about_account
from muster.deciding.facts import Facts, every_decision
from muster.deciding.hand_off import HAND_OFFS, find_hand_off, known_owner
from muster.deciding.standing import standing, topic, undone
from muster.problems import WrongUse
from muster.readings.until import TRIGGER, TRIGGERS, day_of
from muster.recall.clock import micros
from muster.rules.read import Rules, in_force
from muster.store.decisions import NOTE, UNDO, Decision, add_decision
from muster.store.once import Once, answered
from muster.store.opening import Store
from muster.store.users import read_users

KINDS = {
    "accept": "accepted",
    "reject": "rejected",
    "nurture": "nurture",
    "reassign": "reassign",
    NOTE: NOTE,
    "exclude": "exclude",
    "include": "include",
}
ACCOUNT_KINDS = ("exclude", "include")
_EFFECTS = {
    "accepted": "The next run tells it as sales' answer.",
    "rejected": "The next run takes the group out of sales' hands, as far as the reason is about it.",
    "nurture": "The next run returns the group to nurture until then.",
    "reassign": "The next run gives it to them.",
    NOTE: "It is shown with the hand-off, and changes nothing.",
    "exclude": "The next run keeps the account from sales.",
    "include": "The next run lets the account go to sales again.",
    UNDO: "The next run makes it as if it had never been decided.",
}
_LONGEST = 2000  # characters of what somebody writes


@dataclass(frozen=True, slots=True)
class Made:
    """A decision, or the one that said the same before, and what the next run does with it."""

    decision: Decision
    is_new: bool
    says: str


def decide(
    store: Store,
    facts: Facts,
    verb: str,
    subject: str,
    *,
    by: str,
    value: str = "",
    reason: str = "",
    solution: str = "",
    seen: str | None = None,
    key: str = "",
) -> Made:
    """Decide about a hand-off (its id, or its group's), or about an account (a record, an id or a domain).

    `verb` is one of KINDS. `reason` of a rejection is one of `rejection_reasons`, and `value` says more in
    words; of nurture, `value` is a day (2026-06-01) or one of TRIGGERS; of reassign, the seller's CRM id; of
    exclude, the day until which, or nothing, and `solution` one solution, or nothing for all.

    `seen` is the id of the last decision about the subject that `by` knew of ("" for none; None: whatever
    there is): where somebody decided since, WrongUse says who was first. `key` names a request that may
    be sent again: within a day it is answered with the decision that it became. WrongUse is raised, too,
    for a subject that is not in the tables of `facts`, an unknown reason, day, trigger, seller or solution.
    """
    said = {"value": value, "reason": reason, "solution": solution}
    before = already(store, facts, verb, subject, by=by, key=key, **said)
    if before is not None:
        return before
    once = _once(verb, subject, by=by, key=key, **said) if key else None
    if verb not in KINDS:
        raise WrongUse(f'"{verb}" is no decision.', remedy=f"Decide one of {', '.join(KINDS)}.")
    every = every_decision(store, facts)
    asked = Decision(
        "", KINDS[verb], subject, "", _plain(reason, "reason"), by, facts.as_of, _plain(value, "value")
    )
    if asked.kind in ACCOUNT_KINDS:
        asked = _checked_day(about_account(facts, asked, solution, standing(every)), facts)
    else:
        asked = _about_hand_off(store, facts, asked)
    return _kept(store, facts, asked, every, seen=seen, once=once)


def already(
    store: Store,
    facts: Facts,
    verb: str,
    subject: str,
    *,
    by: str,
    key: str,
    value: str = "",
    reason: str = "",
    solution: str = "",
) -> Made | None:
    """What the same request became within the last day; None for a new one, or without a key.

    Raises Conflict where the key was used for another request.
    """
    if not key:
        return None
    once = _once(verb, subject, by=by, key=key, value=value, reason=reason, solution=solution)
    earlier = answered(store, once)
    if earlier is None:
        return None
    found = next(d for d in every_decision(store, facts) if d.decision_id == earlier)
    return Made(found, True, _EFFECTS[found.kind])


def take_back(
    store: Store, facts: Facts, decision_id: str, *, by: str, reason: str = "", key: str = ""
) -> Made:
    """Make a decision about a hand-off or an account as if it had never been.

    Raises WrongUse where there is none of that id about what the tables of `facts` show.
    """
    once = Once(by, key, json.dumps([UNDO, decision_id, reason])) if key else None
    every = every_decision(store, facts)
    known = {*HAND_OFFS.kinds, *ACCOUNT_KINDS}
    meant = next((d for d in every if d.decision_id == decision_id and d.kind in known), None)
    if meant is None or not _is_seen(facts, meant):
        raise WrongUse(f"There is no decision {decision_id}.", remedy="Look at the page again.")
    taken_back = undone(every).get(decision_id)
    if taken_back is not None:
        before = next(d for d in every if d.decision_id == taken_back)
        return Made(before, False, "It was undone already.")
    row = Decision("", UNDO, decision_id, "", _plain(reason, "reason"), by, facts.as_of)
    return Made(add_decision(store, row, seen=every, once=once), True, _EFFECTS[UNDO])


def rejection_reasons(facts: Facts) -> list[str]:
    """What sellers may choose from, in the order of rules/answers.csv."""
    return offered_reasons(facts.rules, datetime.fromisoformat(facts.as_of))


def offered_reasons(rules: Rules, now: datetime) -> list[str]:
    """The same of any rules and instant."""
    return [str(row["reason"]) for row in in_force(rules["answers"], micros(now)) if row["is_offered"]]


def _once(verb: str, subject: str, *, by: str, key: str, value: str, reason: str, solution: str) -> Once:
    return Once(by, key, json.dumps([verb, subject, value, reason, solution]))


def _kept(
    store: Store,
    facts: Facts,
    asked: Decision,
    every: Sequence[Decision],
    *,
    seen: str | None,
    once: Once | None,
) -> Made:
    about = [d for d in every if d.pair == asked.pair and d.kind != NOTE]
    known = about if seen is None else _until(about, seen)
    before = next((d for d in standing(known) if topic(d) == topic(asked) != ""), None)
    if before is not None and _says(before) == _says(asked) and len(known) == len(about):
        return Made(before, False, "That was decided already; nothing was written.")
    if before is not None and before.rank > (facts.as_of, "e"):  # the ids of the store begin with a d
        raise WrongUse(
            f"{before.decision_id} says {before.says}, as of a later date than the tables.",
            remedy="Take it back first, or run again.",
        )
    unseen = {d.decision_id for d in about} - {d.decision_id for d in known}
    row = add_decision(store, asked, seen=[d for d in every if d.decision_id not in unseen], once=once)
    return Made(row, True, _EFFECTS[row.kind])


def _until(about: Sequence[Decision], seen: str) -> list[Decision]:
    """Those up to the last one that was seen."""
    places = [place for place, d in enumerate(about, start=1) if d.decision_id == seen]
    return list(about[: places[0]]) if places else []


def _says(decision: Decision) -> tuple[str, ...]:
    return decision.kind, decision.value, decision.reason


def _about_hand_off(store: Store, facts: Facts, asked: Decision) -> Decision:
    found = find_hand_off(facts.tables, asked.subject_id)
    if not found.is_latest and asked.kind != NOTE:
        raise WrongUse(
            f"{found.hand_off_id} is past: its group was handed off again since.",
            remedy=f"Answer the later one: {found.buying_group_id}",
        )
    meant = replace(asked, subject_id=found.hand_off_id, about_at=found.began_at)
    return _CHECKS[asked.kind](meant, store, facts)


def _checked_reason(asked: Decision, _: Store, facts: Facts) -> Decision:
    offered = rejection_reasons(facts)
    named = {reason.casefold(): reason for reason in offered}.get(asked.reason.casefold())
    if named is None:
        raise WrongUse(
            f'"{asked.reason}" is no reason of the list.' if asked.reason else "A rejection has a reason.",
            remedy=f"Choose one of: {'; '.join(offered)}.",
            field="reason",
        )
    return replace(asked, reason=named)


def _checked_until(asked: Decision, _: Store, facts: Facts) -> Decision:
    trigger = asked.value.removeprefix(TRIGGER)
    if trigger in TRIGGERS:
        return replace(asked, value=f"{TRIGGER}{trigger}")
    if day_of(asked.value) is None:
        raise WrongUse(
            f'"{asked.value}" is neither a day nor a trigger.',
            remedy=f"Write a day such as 2026-06-01, or one of {', '.join(TRIGGERS)}.",
            field="value",
        )
    return _checked_day(asked, facts)


def _checked_day(asked: Decision, facts: Facts) -> Decision:
    if not asked.value:
        return asked
    day = day_of(asked.value)
    if day is None:
        raise WrongUse(f'"{asked.value}" is no day.', remedy="Write it as 2026-06-01.", field="value")
    if day.isoformat() <= facts.as_of[:10]:
        raise WrongUse(
            f"{day} is not after {facts.as_of[:10]}, the date of the tables.",
            remedy="Name a later day.",
            field="value",
        )
    return replace(asked, value=day.isoformat())


def _checked_owner(asked: Decision, store: Store, facts: Facts) -> Decision:
    users = {owner for user in read_users(store) if not user.is_disabled for owner in user.owner_ids}
    return replace(asked, value=known_owner(facts.tables, asked.value, users))


def _checked_note(asked: Decision, _: Store, __: Facts) -> Decision:
    if not asked.reason:
        raise WrongUse("A note says something.", remedy="Write it as the reason.", field="reason")
    return replace(asked, value="")


def _accepted(asked: Decision, _: Store, __: Facts) -> Decision:
    return replace(asked, value="")


_CHECKS: Mapping[str, Callable[[Decision, Store, Facts], Decision]] = {
    "accepted": _accepted,
    "rejected": _checked_reason,
    "nurture": _checked_until,
    "reassign": _checked_owner,
    NOTE: _checked_note,
}


def _is_seen(facts: Facts, decision: Decision) -> bool:
    try:
        if decision.kind in ACCOUNT_KINDS:
            about_account(facts, decision, "", ())
        else:
            find_hand_off(facts.tables, decision.subject_id)
    except WrongUse:
        return False
    return True


def _plain(said: str, field: str) -> str:
    """What somebody wrote, on one line and of a length that a table holds."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in said).split())
    if len(plain) > _LONGEST:
        words = f"That is longer than {_LONGEST:,} characters."
        raise WrongUse(words, remedy="Say it in fewer words.", field=field)
    return plain

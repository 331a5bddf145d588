"""Several hand-offs answered at once: each a decision of its own, held against what its row showed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from muster.deciding.answers import take_back
from muster.deciding.hand_off import find_hand_off
from muster.problems import WrongUse
from muster.serving.deciding import First, Names, answer, facts_of, group_in, placed, said_of
from muster.serving.reading import Missing, Reading

MOST = 50  # hand-offs at once: more than a page of the list shows
VERBS = ("accept", "reject", "nurture", "reassign")
_DECISION = re.compile(r"d[\dTZ]{6,}-\w+")
_HAND_OFF = re.compile(r"[\w-]{1,60}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of each that was ticked: decisions made, decisions of who was first, hand-offs left."""

    went: tuple[str, ...]
    taken: tuple[str, ...]
    left: tuple[str, ...]

    @property
    def told(self) -> dict[str, str]:
        """The outcome as the query of the page that tells it; ids alone, which it looks up."""
        parts = {"went": self.went, "taken": self.taken, "left": self.left}
        return {word: ",".join(ids) for word, ids in parts.items() if ids}


@dataclass(frozen=True, slots=True)
class Told:
    """One group of an outcome: where it is, its account and solution, and what was decided about it."""

    address: str
    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Several:
    """What a page says after several answers; `undoes` are the decisions that can be taken back."""

    went: tuple[Told, ...]
    taken: tuple[Told, ...]
    left: tuple[Told, ...]
    undoes: tuple[str, ...]


def decide_several(
    asked: Reading, picked: Sequence[str], verb: str, *, value: str, reason: str, key: str
) -> Outcome:
    """Answer each hand-off of `picked` ("HAND_OFF SEEN") with the same words, one after the other.

    Who was first keeps their answer; the others go through. Raises WrongUse where nothing is ticked, too
    much, or where nothing went through for a reason that is in what was sent; Missing where the viewer may
    see none of them.
    """
    pairs = dict(([*part.split(), ""])[:2] for part in picked if part.strip())
    if not pairs:
        raise WrongUse("Nothing is ticked.", remedy="Tick the groups that the answer is for.", field="picked")
    if len(pairs) > MOST:
        raise WrongUse(f"At most {MOST} groups are answered at once.", remedy="Tick fewer.", field="picked")
    if verb not in VERBS:
        raise WrongUse(
            f'"{verb[:40]}" is no answer for several groups.', remedy=f"One of {', '.join(VERBS)}."
        )
    facts, went, taken, left = facts_of(asked), [], [], []
    wrong: WrongUse | None = None
    is_any_there = False
    for hand_off_id, seen in pairs.items():
        try:
            subject = find_hand_off(facts.tables, hand_off_id).hand_off_id
        except WrongUse:
            left.append(hand_off_id)
            continue
        is_any_there = True
        try:
            went.append(answer(asked, facts, verb, subject, value=value, reason=reason, seen=seen, key=key))
        except First as first:
            taken.append(first.decision_id)
        except WrongUse as error:
            wrong = error
            left.append(subject)
    if not is_any_there:
        raise Missing
    if wrong is not None and not went and not taken:
        raise wrong
    return Outcome(tuple(went), tuple(taken), tuple(left))


def undo_several(asked: Reading, decision_ids: Sequence[str]) -> int:
    """Take back decisions about hand-offs that the viewer may see; how many. Raises Missing for none."""
    facts, back = facts_of(asked), 0
    for decision_id in dict.fromkeys(decision_ids[:MOST]):
        try:
            take_back(asked.store, facts, decision_id, by=asked.viewer.email)
        except WrongUse:
            continue  # not there, or somebody else's to see
        back += 1
    if not back:
        raise Missing
    return back


def several_done(reading: Reading, names: Names) -> Several | None:
    """What the address says became of several, told from the store: an address can make nothing up."""
    ids = {word: _ids(reading.query.get(word, "")) for word in ("went", "taken", "left")}
    if not any(ids.values()):
        return None
    said = {one.decision.decision_id: one for about in said_of(reading).values() for one in about}
    about = {key: said[key].decision.subject_id for key in (*ids["went"], *ids["taken"]) if key in said}
    about |= {key: key for key in ids["left"]}
    named = placed(reading, about.values())

    def told(word: str) -> tuple[Told, ...]:
        found = []
        for key in ids[word]:
            row = named.get(group_in(about.get(key, "")))
            if row is not None:  # what the viewer may not see is not told
                sentence = names.did(said[key].decision) if key in said else ""
                name = f"{row['account']}, {row['solution_id']}"
                found.append(Told(f"/groups/{row['buying_group_id']}", name, sentence))
        return tuple(found)

    undoes = tuple(
        key
        for key in ids["went"]
        if key in said and said[key].state == "in force" and group_in(about[key]) in named
    )
    return Several(told("went"), told("taken"), told("left"), undoes)


def value_of(verb: str, sent: Mapping[str, str]) -> tuple[str, str]:
    """The value and the reason of a verb, from the fields of the one form that has them all."""
    return {
        "reject": (sent["words"], sent["reason"]),
        "nurture": (sent["trigger"] or sent["until"], sent["nurture_why"]),
        "reassign": (sent["owner"], sent["pass_why"]),
    }.get(verb, ("", ""))


def _ids(listed: str) -> list[str]:
    found = [part for part in listed.split(",") if _DECISION.fullmatch(part) or _HAND_OFF.fullmatch(part)]
    return list(dict.fromkeys(found))[:MOST]

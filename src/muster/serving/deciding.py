"""What a page needs to decide: the facts that decisions are held against, and what was said since the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC

from muster.deciding.answers import decide
from muster.deciding.facts import Facts, recorded
from muster.deciding.pending import Said, said_by_subject
from muster.deciding.roles import ROLE
from muster.deciding.standing import topic
from muster.problems import WrongUse
from muster.readings.until import TRIGGER, TRIGGERS
from muster.reports.values import words
from muster.serving.figures.owners import seller
from muster.serving.figures.worklist import Item, tab_of
from muster.serving.reading import Reading
from muster.store.decisions import NOTE, Decision, last_number
from muster.store.users import read_users

_PLACED = """
SELECT g.buying_group_id, g.solution_id, COALESCE(a.name, a.domain, g.account_id) AS account
FROM buying_group AS g LEFT JOIN account AS a ON a.account_id = g.account_id
WHERE list_contains($groups, g.buying_group_id)"""
_GROUP_ID = 17  # characters; a hand-off's id is its group's and a number
_DID = {
    "accepted": "accepted it",
    "rejected": "rejected it",
    "recycled": "returned it to nurture",
    "nurture": "returned it to nurture",
}


class First(Exception):
    """Somebody else decided about it first; `decision_id` is theirs."""

    def __init__(self, decision_id: str) -> None:
        super().__init__(decision_id)
        self.decision_id = decision_id


@dataclass(frozen=True, slots=True)
class Names:
    """What deciders and sellers are called."""

    users: Mapping[str, str]  # by e-mail
    owners: Mapping[str, str]  # by CRM id

    def who(self, decision: Decision) -> str:
        """Who took a decision."""
        return self.users.get(decision.decided_by, decision.decided_by) or "Somebody"

    def did(self, decision: Decision) -> str:
        """What they decided, for example: Ada rejected it: No budget, maybe in spring."""
        who, said = self.who(decision), [decision.reason] if decision.reason else []
        if decision.kind == NOTE:
            return f"{who}: {decision.reason}"
        if decision.kind == ROLE:
            what = f"took a member for {words(decision.value)}"
        elif decision.kind == "reassign":
            what = f"passed it on to {seller(decision.value, self.owners)}"
        else:
            what = _DID.get(decision.kind, decision.kind)
            if decision.kind in ("nurture", "recycled") and decision.value:
                what += f" until {until_told(decision.value)}"
            elif decision.value:
                said.append(decision.value)
        return f"{who} {what}{': ' if said else ''}{', '.join(said)}"


def facts_of(reading: Reading) -> Facts:
    """What a decision of this viewer is held against: they can decide about what they may see."""
    snapshot = reading.snapshot
    return Facts(
        reading.tables,
        snapshot.as_of.replace(tzinfo=UTC).isoformat(),
        reading.house.rules,
        snapshot.once("recorded decisions", lambda: recorded(snapshot.folder)),
    )


def said_of(reading: Reading) -> Mapping[str, Sequence[Said]]:
    """All that was said, by subject; look up only what the viewer may see."""
    number = last_number(reading.store)
    return reading.snapshot.once(("said", number), lambda: said_by_subject(reading.store, facts_of(reading)))


def names_of(reading: Reading, owners: Mapping[str, str]) -> Names:
    """What deciders and sellers are called."""
    return Names({user.email: user.name for user in read_users(reading.store)}, owners)


def with_decisions(reading: Reading, items: Sequence[Item], names: Names) -> list[Item]:
    """The list as the next run will have it: what is pending stands in the row, and in its list already."""
    said, known = said_of(reading), facts_of(reading).recorded_ids
    return [
        _decided(item, about, names, known) if (about := said.get(item.hand_off_id or "")) else item
        for item in items
    ]


def answer(
    reading: Reading, facts: Facts, verb: str, subject: str, *, value: str, reason: str, seen: str, key: str
) -> str:
    """Decide about a hand-off whose page showed the decision `seen` last; the new decision's id.

    `key` names the rendering that it was sent from, so that one sent twice is one decision. Raises First
    where somebody was, WrongUse where what was sent is wrong.
    """
    try:
        made = decide(
            *(reading.store, facts, verb, subject),
            by=reading.viewer.email,
            value=value,
            reason=reason,
            seen=seen,
            key=f"{key} {verb} {subject}" if key else "",
        )
    except WrongUse as error:
        latest = seen_of(said_of(reading).get(subject, ()))
        if verb == "note" or latest in ("", seen):
            raise
        raise First(latest) from error
    return made.decision.decision_id


def group_in(subject: str) -> str:
    """The group that a decision's subject is, or is a hand-off of."""
    return subject[:_GROUP_ID]


def placed(reading: Reading, subjects: Iterable[str]) -> dict[str, Mapping[str, str]]:
    """Account and solution of each group that decisions are about, as far as the viewer may see them."""
    groups = sorted({group_in(subject) for subject in subjects})
    return {row["buying_group_id"]: row for row in reading.tables.records(_PLACED, {"groups": groups})}


def seen_of(said: Sequence[Said]) -> str:
    """The last decision about a hand-off, but for notes: who decides next has seen it."""
    return next((s.decision.decision_id for s in reversed(said) if s.decision.kind != NOTE), "")


def _decided(item: Item, said: Sequence[Said], names: Names, known: frozenset[str]) -> Item:
    news = {topic(s.decision): s for s in said if s.is_pending and s.decision.kind != NOTE}
    told, undoes = [], ""
    for s in news.values():
        if s.state == "in force":
            told.append(names.did(s.decision))
            undoes = s.decision.decision_id
        elif s.undone_by:
            told.append(f"taken back: {names.did(s.decision)}")
    item = replace(
        item,
        seen=seen_of(said),
        pending=tuple(told),
        undoes=undoes,
        notes=tuple(names.did(s.decision) for s in said if s.decision.kind == NOTE and s.state == "in force"),
    )
    if (answer := news.get("answer")) is not None:
        outcome = item.outcome if answer.decision.decision_id not in known else _before(said)
        if answer.state == "in force":
            outcome = answer.decision.kind
        tab = tab_of(outcome, item.status, is_handed=True)
        is_open = tab == "act"
        item = replace(
            item,
            tab=tab,
            outcome=outcome,
            outcome_reason=(answer.decision.reason or None)
            if answer.state == "in force"
            else item.outcome_reason,
            is_late=item.is_late and is_open,
            days_waiting=item.days_waiting if is_open else None,
        )
    if (owner := news.get("owner")) is not None and owner.state == "in force":
        item = replace(item, owner_id=owner.decision.value)
    return item


def _before(said: Sequence[Said]) -> str | None:
    """The answer that holds once the one that the run read was taken back."""
    standing = [s for s in said if topic(s.decision) == "answer" and s.state == "in force"]
    return standing[-1].decision.kind if standing else None


def until_told(value: str) -> str:
    """A day, or what is waited for, in words.

    >>> until_told("2026-06-01"), until_told("trigger:hand_raise")
    ('2026-06-01', 'somebody raises a hand')
    """
    return TRIGGERS.get(value.removeprefix(TRIGGER), value)

"""Decide that records are one person or two, or take a decision back; the next run applies it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from muster.engine.lock import hold
from muster.explain.archive import Archive
from muster.lab.decisions import (
    KINDS,
    Decision,
    append_decision,
    find_decision,
    next_id,
    read_decisions,
    standing,
    undone,
)
from muster.lab.subjects import Person, Subject, find_subject
from muster.problems import WrongUse
from muster.workspace import Workspace

_RECORDED = """
    SELECT d.decision_id, d.kind, d.subject_id, d.other_id, d.reason, d.decided_by, d.decided_at
    FROM decision AS d
    WHERE d.kind IN ('merge', 'split', 'undo')
    ORDER BY d.decided_at, d.decision_id
"""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided, or was already; the people it is about, and the groups they are in."""

    decision: Decision
    is_new: bool
    people: tuple[Person, ...]
    group_count: int
    says: str


@dataclass(frozen=True, slots=True)
class Known:
    """A decision and where it stands: in force, undone by another, or overruled by a later one."""

    decision: Decision
    state: str


def merge(workspace: Workspace, one: str, other: str, *, reason: str = "", by: str = "") -> Decided:
    """Decide that two records, people or addresses of the last run are one person.

    Raises WrongUse where one of them is not known, or a split keeps their people apart.
    """
    return _decide(workspace, "merge", (one, other), reason=reason, by=by)


def split(workspace: Workspace, one: str, other: str, *, reason: str = "", by: str = "") -> Decided:
    """Decide that two records are two people, whatever rule or likeness joins them."""
    return _decide(workspace, "split", (one, other), reason=reason, by=by)


def undo(workspace: Workspace, decision_id: str, *, reason: str = "", by: str = "") -> Decided:
    """Make a decision as if it had never been. Raises WrongUse where there is none of that id."""
    with hold(workspace.folder, "muster people undo"), _archive(workspace) as archive:
        known = _known(workspace, archive)
        meant = find_decision(known, decision_id)
        if meant.kind == "undo":
            raise WrongUse(
                f"{meant.decision_id} is itself an undo, and stays.",
                remedy="Decide again instead: muster people merge, or muster people split",
            )
        people = _people_of(archive, meant)
        taken_back = undone(known)
        if meant.decision_id in taken_back:
            before = find_decision(known, taken_back[meant.decision_id])
            return _told(archive, before, people, is_new=False, says="It was undone already.")
        row = _row(workspace, known, "undo", (meant.decision_id, ""), reason=reason, by=by)
        append_decision(workspace.folder, row)
        says = f"The next run makes it as if {meant.decision_id} had never been."
        return _told(archive, row, people, is_new=True, says=says)


def decisions(workspace: Workspace) -> list[Known]:
    """Every decision about who is who, of the workspace's file and of other sources, oldest first."""
    with _archive(workspace) as archive:
        known = _known(workspace, archive)
    in_force = {d.decision_id for d in standing(known)}
    taken_back = undone(known)
    return [
        Known(
            d,
            f"undone by {taken_back[d.decision_id]}"
            if d.decision_id in taken_back
            else "in force"
            if d.kind == "undo" or d.decision_id in in_force
            else "overruled by a later one",
        )
        for d in known
    ]


def _decide(workspace: Workspace, kind: str, said: tuple[str, str], *, reason: str, by: str) -> Decided:
    with hold(workspace.folder, f"muster people {kind}"), _archive(workspace) as archive:
        one, other = (find_subject(archive, s, only_one_record=kind == "split") for s in said)
        if one.subject_id == other.subject_id:
            raise WrongUse(
                f"{said[0]} and {said[1]} are one and the same record.", remedy="Name two different ones."
            )
        known = _known(workspace, archive)
        people = tuple(dict.fromkeys((one.person, other.person)))
        pair = frozenset((one.subject_id, other.subject_id))
        before = next((d for d in standing(known) if d.pair == pair), None)
        if before is not None and before.kind == kind:
            says = "That was decided already; nothing was written."
            return _told(archive, before, people, is_new=False, says=says)
        row = _row(workspace, known, kind, (one.subject_id, other.subject_id), reason=reason, by=by)
        if before is not None and before.rank > row.rank:
            raise WrongUse(
                f"{before.decision_id} says {before.kind}, as of a later date than these tables.",
                remedy=f"Take it back first: muster people undo {before.decision_id}",
            )
        if kind == "merge":
            _refuse_where_split(archive, known, one, other)
        append_decision(workspace.folder, row)
        return _told(archive, row, people, is_new=True, says=_effect(kind, len(people)))


def _effect(kind: str, people: int) -> str:
    if kind == "merge":
        done = "makes them one person" if people > 1 else "keeps them one person, whatever the rules then say"
    else:
        done = "parts them into two people" if people == 1 else "keeps them two, whatever the rules then say"
    return f"The next run {done}."


def _refuse_where_split(archive: Archive, known: list[Decision], one: Subject, other: Subject) -> None:
    """Raise WrongUse where a split between other records of the two would win over this merge."""
    if one.person == other.person:
        return
    pair = frozenset((one.subject_id, other.subject_id))
    sides = {one.person.person_id, other.person.person_id}
    for decision in standing(known):
        if decision.kind == "split" and decision.pair != pair:
            people = {person.person_id for person in _people_of(archive, decision)}
            if people == sides:
                raise WrongUse(
                    f"{decision.decision_id} keeps {decision.subject_id} and {decision.other_id} apart, "
                    "and a split wins over every merge of their other records.",
                    remedy=f"Take it back first: muster people undo {decision.decision_id}",
                )


def _row(
    workspace: Workspace, known: list[Decision], kind: str, ids: tuple[str, str], *, reason: str, by: str
) -> Decision:
    """A decision dated as the tables it is taken on."""
    as_of = str(workspace.published.manifest["as_of"])
    number = next_id([*known, *read_decisions(workspace.folder)], now=datetime.now(UTC))
    return Decision(number, kind, *ids, reason, by, as_of)


def _known(workspace: Workspace, archive: Archive) -> list[Decision]:
    """The decisions of the last run's records, and those written since."""
    told = {}
    for row in archive.rows(_RECORDED):
        at = row["decided_at"].replace(tzinfo=UTC).isoformat()
        cells = {name: row[name] or "" for name in row if name != "decided_at"}
        told[row["decision_id"]] = Decision(**cells, decided_at=at)
    told |= {d.decision_id: d for d in read_decisions(workspace.folder) if d.kind in KINDS}
    return sorted(told.values(), key=lambda d: d.rank)


def _people_of(archive: Archive, decision: Decision) -> tuple[Person, ...]:
    """The people whom a decision's records are now; without those that are no longer there."""
    found: dict[Person, None] = {}
    for said in (decision.subject_id, decision.other_id):
        try:
            found[find_subject(archive, said, only_one_record=False).person] = None
        except WrongUse:
            continue
    return tuple(found)


def _told(
    archive: Archive, decision: Decision, people: tuple[Person, ...], *, is_new: bool, says: str
) -> Decided:
    listed = ", ".join(f"'{p.person_id}'" for p in people) or "''"
    sql = f"SELECT COUNT(DISTINCT m.buying_group_id) AS n FROM member AS m WHERE m.person_id IN ({listed})"
    return Decided(decision, is_new, people, int(archive.rows(sql)[0]["n"]), says)


def _archive(workspace: Workspace) -> Archive:
    return Archive(workspace.published, workspace.folder, workspace.config, workspace.rules)

"""Decide that records are one person (or account) or two, or take it back; the next run applies it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from muster.engine.lock import hold
from muster.explain.archive import Archive
from muster.lab.decisions import (
    UNDO,
    Decision,
    append_decision,
    find_decision,
    next_id,
    read_decisions,
    standing,
    undone,
)
from muster.lab.subjects import Holder, Matter, Subject
from muster.problems import WrongUse
from muster.workspace import Workspace

_RECORDED = """
    SELECT d.decision_id, d.kind, d.subject_id, d.other_id, d.reason, d.decided_by, d.decided_at
    FROM decision AS d
    WHERE d.kind IN ('merge', 'split', 'account_merge', 'account_split', 'undo')
    ORDER BY d.decided_at, d.decision_id
"""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided, or was already; the people or accounts it is about, and the groups they are in."""

    decision: Decision
    is_new: bool
    holders: tuple[Holder, ...]
    group_count: int
    says: str


@dataclass(frozen=True, slots=True)
class Known:
    """A decision and where it stands: in force, undone by another, or overruled by a later one."""

    decision: Decision
    state: str


def merge(
    workspace: Workspace, one: str, other: str, *, about: Matter, reason: str = "", by: str = ""
) -> Decided:
    """Decide that two of the last run, by record, id, address or domain, are one.

    Raises WrongUse where one of them is not known, or a split keeps the two apart.
    """
    return _decide(workspace, about, about.merge, (one, other), reason=reason, by=by)


def split(
    workspace: Workspace, one: str, other: str, *, about: Matter, reason: str = "", by: str = ""
) -> Decided:
    """Decide that two records are two, whatever rule or likeness joins them."""
    return _decide(workspace, about, about.split, (one, other), reason=reason, by=by)


def undo(workspace: Workspace, decision_id: str, *, about: Matter, reason: str = "", by: str = "") -> Decided:
    """Make a decision as if it had never been. Raises WrongUse where there is none of that id."""
    with hold(workspace.folder, f"muster {about.command} undo"), _archive(workspace) as archive:
        every = _known(workspace, archive)
        known = _of(about, every)
        meant = find_decision(known, decision_id, command=about.command)
        if meant.kind == UNDO:
            raise WrongUse(
                f"{meant.decision_id} is itself an undo, and stays.",
                remedy=f"Decide again instead: muster {about.command} merge, or muster {about.command} split",
            )
        holders = _holders_of(archive, about, meant)
        taken_back = undone(known)
        if meant.decision_id in taken_back:
            before = find_decision(known, taken_back[meant.decision_id], command=about.command)
            says = "It was undone already."
            return _told(archive, about, before, holders, is_new=False, says=says)
        row = _row(workspace, every, UNDO, (meant.decision_id, ""), reason=reason, by=by)
        append_decision(workspace.folder, row)
        says = f"The next run makes it as if {meant.decision_id} had never been."
        return _told(archive, about, row, holders, is_new=True, says=says)


def decisions(workspace: Workspace, about: Matter) -> list[Known]:
    """Every decision about people, or accounts, of the workspace's file and other sources, oldest first."""
    with _archive(workspace) as archive:
        known = _of(about, _known(workspace, archive))
    in_force = {d.decision_id for d in standing(known)}
    taken_back = undone(known)
    return [
        Known(
            d,
            f"undone by {taken_back[d.decision_id]}"
            if d.decision_id in taken_back
            else "in force"
            if d.kind == UNDO or d.decision_id in in_force
            else "overruled by a later one",
        )
        for d in known
    ]


def _decide(
    workspace: Workspace, about: Matter, kind: str, said: tuple[str, str], *, reason: str, by: str
) -> Decided:
    with (
        hold(workspace.folder, f"muster {about.command} {about.kinds[kind]}"),
        _archive(workspace) as archive,
    ):
        one, other = (about.find(archive, s, kind == about.split) for s in said)
        if one.subject_id == other.subject_id:
            raise WrongUse(
                f"{said[0]} and {said[1]} are one and the same record.", remedy="Name two different ones."
            )
        every = _known(workspace, archive)
        known = _of(about, every)
        holders = tuple(dict.fromkeys((one.holder, other.holder)))
        pair = frozenset((one.subject_id, other.subject_id))
        before = next((d for d in standing(known) if d.pair == pair), None)
        if before is not None and before.kind == kind:
            says = "That was decided already; nothing was written."
            return _told(archive, about, before, holders, is_new=False, says=says)
        row = _row(workspace, every, kind, (one.subject_id, other.subject_id), reason=reason, by=by)
        if before is not None and before.rank > row.rank:
            raise WrongUse(
                f"{before.decision_id} says {about.kinds[before.kind]}, as of a later date than the tables.",
                remedy=f"Take it back first: muster {about.command} undo {before.decision_id}",
            )
        if kind == about.merge:
            _refuse_where_split(archive, about, known, one, other)
        append_decision(workspace.folder, row)
        says = _effect(about, kind, len(holders))
        return _told(archive, about, row, holders, is_new=True, says=says)


def _effect(about: Matter, kind: str, count: int) -> str:
    if kind == about.merge:
        done = (
            f"makes them one {about.one}"
            if count > 1
            else f"keeps them one {about.one}, whatever the rules then say"
        )
    else:
        done = (
            f"parts them into two {about.command}"
            if count == 1
            else "keeps them two, whatever the rules then say"
        )
    return f"The next run {done}."


def _refuse_where_split(
    archive: Archive, about: Matter, known: list[Decision], one: Subject, other: Subject
) -> None:
    """Raise WrongUse where a split between other records of the two would win over this merge."""
    if one.holder == other.holder:
        return
    pair = frozenset((one.subject_id, other.subject_id))
    sides = {one.holder.id, other.holder.id}
    for decision in standing(known):
        if decision.kind == about.split and decision.pair != pair:
            holders = {holder.id for holder in _holders_of(archive, about, decision)}
            if holders == sides:
                raise WrongUse(
                    f"{decision.decision_id} keeps {decision.subject_id} and {decision.other_id} apart, "
                    "and a split wins over every merge of their other records.",
                    remedy=f"Take it back first: muster {about.command} undo {decision.decision_id}",
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
    told |= {d.decision_id: d for d in read_decisions(workspace.folder)}
    return sorted(told.values(), key=lambda d: d.rank)


def _of(about: Matter, known: list[Decision]) -> list[Decision]:
    """Those about people, or accounts, and what undid them."""
    meant = {d.decision_id for d in known if d.kind in about.kinds}
    return [d for d in known if d.decision_id in meant or (d.kind == UNDO and d.subject_id in meant)]


def _holders_of(archive: Archive, about: Matter, decision: Decision) -> tuple[Holder, ...]:
    """The people or accounts whom a decision's records are now; without those no longer there."""
    found: dict[Holder, None] = {}
    for said in (decision.subject_id, decision.other_id):
        try:
            found[about.find(archive, said, False).holder] = None
        except WrongUse:
            continue
    return tuple(found)


def _told(
    archive: Archive,
    about: Matter,
    decision: Decision,
    holders: tuple[Holder, ...],
    *,
    is_new: bool,
    says: str,
) -> Decided:
    listed = ", ".join(f"'{holder.id}'" for holder in holders) or "''"
    count = int(archive.rows(about.groups_of.format(ids=listed))[0]["n"])
    return Decided(decision, is_new, holders, count, says)


def _archive(workspace: Workspace) -> Archive:
    return Archive(workspace.published, workspace.folder, workspace.config, workspace.rules)

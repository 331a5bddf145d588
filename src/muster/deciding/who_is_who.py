"""Decide that records are one person (or account) or two; the next run applies it."""

from __future__ import annotations

from muster.deciding.decided import (
    Decided,
    decisions_about,
    every_decision,
    holders_of,
    keep_decision,
    open_archive,
    outranks_new_ones,
    told_of,
)
from muster.deciding.standing import standing
from muster.deciding.subjects import Identity, Subject
from muster.explain.archive import Archive
from muster.problems import WrongUse
from muster.store.decisions import Decision
from muster.workspace import Workspace


def merge(
    workspace: Workspace, one: str, other: str, *, about: Identity, reason: str = "", by: str = ""
) -> Decided:
    """Decide that two of the last run, by record, id, address or domain, are one.

    Raises WrongUse where one of them is not known, or a split keeps the two apart.
    """
    return _decide(workspace, about, about.merge, (one, other), reason=reason, by=by)


def split(
    workspace: Workspace, one: str, other: str, *, about: Identity, reason: str = "", by: str = ""
) -> Decided:
    """Decide that two records are two, whatever rule or likeness joins them."""
    return _decide(workspace, about, about.split, (one, other), reason=reason, by=by)


def _decide(
    workspace: Workspace, about: Identity, kind: str, said: tuple[str, str], *, reason: str, by: str
) -> Decided:
    with open_archive(workspace) as archive:
        one, other = (about.find(archive, s, kind == about.split) for s in said)
        if one.subject_id == other.subject_id:
            raise WrongUse(
                f"{said[0]} and {said[1]} are one and the same record.", remedy="Name two different ones."
            )
        every = every_decision(workspace)
        known = decisions_about(about, every)
        holders = tuple(dict.fromkeys((one.holder, other.holder)))
        pair = frozenset((one.subject_id, other.subject_id))
        before = next((d for d in standing(known) if d.pair == pair), None)
        if before is not None and before.kind == kind:
            says = "That was decided already; nothing was written."
            return told_of(archive, about, before, holders, is_new=False, says=says)
        if before is not None and outranks_new_ones(workspace, before):
            raise WrongUse(
                f"{before.decision_id} says {about.kinds[before.kind]}, as of a later date than the tables.",
                remedy=f"Take it back first: muster {about.command} undo {before.decision_id}",
            )
        if kind == about.merge:
            _refuse_where_split(archive, about, known, one, other)
        ids = (one.subject_id, other.subject_id)
        row = keep_decision(workspace, every, kind, ids, reason=reason, by=by)
        says = _effect(about, kind, len(holders))
        return told_of(archive, about, row, holders, is_new=True, says=says)


def _effect(about: Identity, kind: str, count: int) -> str:
    if kind == about.merge:
        done = (
            f"makes them one {about.one}"
            if count > 1
            else f"keeps them one {about.one}, whatever the rules then say"
        )
    else:
        done = (
            f"parts them into two {about.holders}"
            if count == 1
            else "keeps them two, whatever the rules then say"
        )
    return f"The next run {done}."


def _refuse_where_split(
    archive: Archive, about: Identity, known: list[Decision], one: Subject, other: Subject
) -> None:
    """Raise WrongUse where a split between other records of the two would win over this merge."""
    if one.holder == other.holder:
        return
    pair = frozenset((one.subject_id, other.subject_id))
    sides = {one.holder.id, other.holder.id}
    for decision in standing(known):
        if decision.kind == about.split and decision.pair != pair:
            holders = {holder.id for holder in holders_of(archive, about, decision)}
            if holders == sides:
                raise WrongUse(
                    f"{decision.decision_id} keeps {decision.subject_id} and {decision.other_id} apart, "
                    "and a split wins over every merge of their other records.",
                    remedy=f"Take it back first: muster {about.command} undo {decision.decision_id}",
                )

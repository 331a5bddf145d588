"""What was decided, and where it stands; take a decision back. The next run applies it."""

from __future__ import annotations

from dataclasses import dataclass

from muster.deciding.facts import Facts, joined, recorded, without_subject
from muster.deciding.standing import find_decision, standing, undone
from muster.deciding.subjects import Holder, Matter
from muster.explain.archive import Archive
from muster.problems import WrongUse
from muster.store.decisions import UNDO, Decision, add_decision
from muster.store.keeping import keeping, kept_decisions
from muster.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided, or was already; whom it is about, and how many groups that concerns."""

    decision: Decision
    is_new: bool
    holders: tuple[Holder, ...]
    group_count: int
    says: str


@dataclass(frozen=True, slots=True)
class Known:
    """A decision and where it stands: in force, undone, overruled by a later one, or without a subject."""

    decision: Decision
    state: str


def undo(workspace: Workspace, decision_id: str, *, about: Matter, reason: str = "", by: str = "") -> Decided:
    """Make a decision as if it had never been. Raises WrongUse where there is none of that id."""
    with open_archive(workspace) as archive:
        every = every_decision(workspace)
        known = decisions_about(about, every)
        meant = find_decision(known, decision_id, command=about.command)
        if meant.kind == UNDO:
            raise WrongUse(
                f"{meant.decision_id} is itself an undo, and stays.",
                remedy=f"Decide again instead: {', or '.join(about.commands)}",
            )
        holders = holders_of(archive, about, meant)
        taken_back = undone(known)
        if meant.decision_id in taken_back:
            before = find_decision(known, taken_back[meant.decision_id], command=about.command)
            says = "It was undone already."
            return told_of(archive, about, before, holders, is_new=False, says=says)
        row = keep_decision(workspace, every, UNDO, (meant.decision_id, ""), reason=reason, by=by)
        says = f"The next run makes it as if {meant.decision_id} had never been."
        return told_of(archive, about, row, holders, is_new=True, says=says)


def decisions(workspace: Workspace, about: Matter) -> list[Known]:
    """Every decision about people, accounts or roles, of the store and other sources, oldest first."""
    known = decisions_about(about, every_decision(workspace))
    in_force = {d.decision_id for d in standing(known)}
    taken_back, lost = undone(known), without_subject(workspace.published.folder)

    def state(d: Decision) -> str:
        if d.decision_id in taken_back:
            return f"undone by {taken_back[d.decision_id]}"
        if d.decision_id in lost:
            return f"without a subject: {lost[d.decision_id]}"
        return "in force" if d.kind == UNDO or d.decision_id in in_force else "overruled by a later one"

    return [Known(d, state(d)) for d in known]


def keep_decision(
    workspace: Workspace,
    known: list[Decision],
    kind: str,
    ids: tuple[str, str],
    *,
    reason: str,
    by: str,
    value: str = "",
    about_at: str = "",
) -> Decision:
    """Keep a decision in the store, dated as the tables it is taken on; returns it with its id.

    Raises WrongUse where somebody decided about the same since `known` was read.
    """
    as_of = str(workspace.published.manifest["as_of"])
    with keeping(workspace.folder, workspace.config.store, who=by) as store:
        return add_decision(store, Decision("", kind, *ids, reason, by, as_of, value, about_at), seen=known)


def outranks_new_ones(workspace: Workspace, decision: Decision) -> bool:
    """Whether a decision would still be the later one, if another were kept now."""
    ours_are_below = "e"  # the ids of the store begin with a d
    return decision.rank > (str(workspace.published.manifest["as_of"]), ours_are_below)


def every_decision(workspace: Workspace) -> list[Decision]:
    """The decisions of the last run's records, and those kept since."""
    kept = kept_decisions(workspace.folder, workspace.config.store)
    return joined(recorded(workspace.published.folder), kept)


def decisions_about(about: Matter, known: list[Decision]) -> list[Decision]:
    """Those about people, accounts or roles, and what undid them."""
    meant = {d.decision_id for d in known if d.kind in about.kinds}
    return [d for d in known if d.decision_id in meant or (d.kind == UNDO and d.subject_id in meant)]


def holders_of(archive: Archive, about: Matter, decision: Decision) -> tuple[Holder, ...]:
    """The people or accounts whom a decision's records are now; without those no longer there."""
    found: dict[Holder, None] = {}
    for said in (decision.subject_id, decision.other_id):
        try:
            found[about.find(archive, said, False).holder] = None
        except WrongUse:
            continue
    return tuple(found)


def told_of(
    archive: Archive,
    about: Matter,
    decision: Decision,
    holders: tuple[Holder, ...],
    *,
    is_new: bool,
    says: str,
) -> Decided:
    """A decision with whom it is about and how many buying groups that concerns."""
    listed = ", ".join(f"'{holder.id}'" for holder in holders) or "''"
    count = int(archive.rows(about.groups_of.format(ids=listed))[0]["n"])
    return Decided(decision, is_new, holders, count, says)


def facts_of(workspace: Workspace, archive: Archive) -> Facts:
    """What decisions are held against: the tables of the last run, with nothing hidden."""
    run = workspace.published
    return Facts(archive, str(run.manifest["as_of"]), workspace.rules, recorded(run.folder))


def open_archive(workspace: Workspace) -> Archive:
    """The last run's tables and records."""
    return Archive(workspace.published, workspace.folder, workspace.config, workspace.rules)

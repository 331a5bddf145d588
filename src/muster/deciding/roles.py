"""Say which part somebody plays in a buying group, or that they have none; the next run applies it."""

from __future__ import annotations

import difflib

from muster.deciding.decided import (
    Decided,
    decisions_about,
    every_decision,
    keep_decision,
    open_archive,
    outranks_new_ones,
    told_of,
)
from muster.deciding.people import find_person
from muster.deciding.standing import standing
from muster.deciding.subjects import Matter
from muster.engine.duckdb_engine import literal
from muster.explain.archive import Archive
from muster.problems import WrongUse
from muster.workspace import Workspace

ROLE = "role"  # the kind of decision
NONE = "none"  # takes no part in the decision
ROLES = Matter(
    command="roles",
    holders="people",
    kinds={ROLE: "correct"},
    find=find_person,
    groups_of="SELECT 1 AS n",  # a role is one in one group
)
_MEMBER = """
    SELECT m.role, g.closed_at, strftime(g.opened_at, '%Y-%m-%dT%H:%M:%S.%f+00:00') AS opened_at
    FROM member AS m
    JOIN buying_group AS g ON g.buying_group_id = m.buying_group_id
    WHERE m.buying_group_id = {group} AND m.person_id = {person}
"""
_GROUPS = "SELECT g.buying_group_id AS id FROM buying_group AS g ORDER BY g.buying_group_id"


def correct(
    workspace: Workspace, group: str, person: str, role: str, *, reason: str = "", by: str = ""
) -> Decided:
    """Decide that a member of a buying group plays a role in it, or `none`.

    The person is named by record, id or address of the last run. Raises WrongUse for a role, a group or a
    member that there is not, and for `none` in a closed group, which keeps its members.
    """
    role = _known_role(workspace, role)
    with open_archive(workspace) as archive:
        found = find_person(archive, person, False)
        member = _member(archive, group, found.holder.id, person)
        if role == NONE and member["closed_at"] is not None:
            raise WrongUse(
                f"{group} is closed, and a closed group keeps the members it closed with.",
                remedy="Name the role that the person played instead.",
                field="role",
            )
        every = every_decision(workspace)
        pair = frozenset((group, found.subject_id))
        before = next((d for d in standing(decisions_about(ROLES, every)) if d.pair == pair), None)
        if before is not None and before.value == role:
            says = "That was decided already; nothing was written."
            return told_of(archive, ROLES, before, (found.holder,), is_new=False, says=says)
        if before is not None and outranks_new_ones(workspace, before):
            raise WrongUse(
                f"{before.decision_id} says {before.value}, as of a later date than the tables.",
                remedy=f"Take it back first: muster roles undo {before.decision_id}",
            )
        ids = (group, found.subject_id)
        said = {"value": role, "about_at": str(member["opened_at"])}
        row = keep_decision(workspace, every, ROLE, ids, reason=reason, by=by, **said)
        says = "The next run takes them for " + (
            f"{role}." if role != NONE else "somebody with no part in the decision."
        )
        return told_of(archive, ROLES, row, (found.holder,), is_new=True, says=says)


def role_now(workspace: Workspace, group: str, person: str) -> str | None:
    """The role that the last run gave a member. Raises WrongUse where there is no such member."""
    with open_archive(workspace) as archive:
        role = _member(archive, group, find_person(archive, person, False).holder.id, person)["role"]
    return None if role is None else str(role)


def known_roles(workspace: Workspace) -> set[str]:
    """The roles that the rules name."""
    return {str(row["role"]) for table in ("roles", "role_needs") for row in workspace.rules[table]}


def _known_role(workspace: Workspace, said: str) -> str:
    role, known = said.strip().lower().replace(" ", "_"), sorted({*known_roles(workspace), NONE})
    if role not in known:
        near = difflib.get_close_matches(role, known, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise WrongUse(f'"{said}" is no role.', remedy=f"{hint}There are {', '.join(known)}.", field="role")
    return role


def _member(archive: Archive, group: str, person_id: str, said: str) -> dict[str, object]:
    """The person's place in the group. Raises WrongUse where there is no such group, or nobody in it."""
    found = archive.rows(_MEMBER.format(group=literal(group), person=literal(person_id)))
    if found:
        return found[0]
    groups = [row["id"] for row in archive.rows(_GROUPS)]
    if group not in groups:
        near = difflib.get_close_matches(group, groups, n=2, cutoff=0.3)
        raise WrongUse(
            f"The last run has no buying group {group}.",
            remedy=f"The nearest: {', '.join(near)}."
            if near
            else 'See them: muster query "FROM buying_group"',
        )
    raise WrongUse(f"{said} is no member of {group}.", remedy='See who is: muster query "FROM member"')

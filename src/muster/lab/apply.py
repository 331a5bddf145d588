"""Labels as decisions: what reviewers said of pairs and roles, where the tables say otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from muster.deciding.decided import Decided
from muster.deciding.people import PEOPLE
from muster.deciding.roles import correct, role_now
from muster.deciding.who_is_who import merge, split
from muster.explain.archive import Archive
from muster.lab.role_sample import RoleLabel
from muster.lab.sample import Label
from muster.problems import WrongUse
from muster.workspace import Workspace

_REASON = "labelled in the match lab"
_REVIEWED = "reviewed in the match lab"


@dataclass(frozen=True, slots=True)
class Applied:
    """The decisions that labels became; how many agree with the tables; those refused, with the reason."""

    decided: tuple[Decided, ...]
    agreeing: int
    refused: tuple[str, ...]


def decide_labels(workspace: Workspace, labels: Sequence[Label], *, by: str = "") -> Applied:
    """Write a merge for pairs labelled yes that are two people, a split for those labelled no that are one.

    A label that the tables agree with is not written: it would bind a later, better rule for nothing. What
    cannot be decided (a record that is gone, an address of several people, a merge against a split)
    is told and left out.
    """
    decided, refused, agreeing = [], [], 0
    for label in labels:
        if label.same is None:
            continue
        one, other = label.left_id[2:], label.right_id[2:]
        try:
            if _is_one(workspace, one, other) == label.same:
                agreeing += 1
            else:
                decide = merge if label.same else split
                decided.append(decide(workspace, one, other, about=PEOPLE, reason=_REASON, by=by))
        except WrongUse as problem:
            refused.append(f"{one} and {other}: {problem}")
    return Applied(tuple(d for d in decided if d.is_new), agreeing, tuple(refused))


def decide_reviews(workspace: Workspace, labels: Sequence[RoleLabel], *, by: str = "") -> Applied:
    """Write a correction for each reviewed role that is not the one in the tables.

    As with pairs, a review that agrees is not written. What cannot be decided (a group or a member that is
    gone) is told and left out.
    """
    decided, refused, agreeing = [], [], 0
    for label in labels:
        if label.truth is None:
            continue
        group, person = label.buying_group_id, label.person_id
        try:
            if role_now(workspace, group, person) == label.truth:
                agreeing += 1
            else:
                decided.append(correct(workspace, group, person, label.truth, reason=_REVIEWED, by=by))
        except WrongUse as problem:
            refused.append(f"{person} in {group}: {problem}")
    return Applied(tuple(d for d in decided if d.is_new), agreeing, tuple(refused))


def _is_one(workspace: Workspace, one: str, other: str) -> bool:
    with Archive(workspace.published, workspace.folder, workspace.config, workspace.rules) as archive:
        people = [PEOPLE.find(archive, said, False).holder for said in (one, other)]
    return people[0].id == people[1].id

"""What other rules would change about roles: whose role, which groups, which gaps, and all that follows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from muster.lab.moved import Moved, read_moved
from muster.lab.tried import tried_rules
from muster.lab.what_if import Compared, compared
from muster.workspace import Workspace

_SHOWN = 20
_ROLES = """
    SELECT n.buying_group_id, n.person_id, p.name, p.title, n.role AS before_role, t.role AS after_role
    FROM "now".member AS n
    JOIN "then".member AS t ON t.buying_group_id = n.buying_group_id AND t.person_id = n.person_id
    LEFT JOIN (
        SELECT x.person_id, MIN(x.name) AS name, MIN(x.title) AS title
        FROM "now".person AS x
        GROUP BY x.person_id
    ) AS p ON p.person_id = n.person_id
    WHERE n.role IS DISTINCT FROM t.role
    ORDER BY n.buying_group_id, n.person_id
"""
_GAPS = """
    SELECT COUNT(*) AS n FROM (
        SELECT buying_group_id, role FROM "{one}".role_gap WHERE missing > 0
        EXCEPT
        SELECT buying_group_id, role FROM "{other}".role_gap WHERE missing > 0
    )
"""


@dataclass(frozen=True, slots=True)
class Recast:
    """A member who would have another role."""

    buying_group_id: str
    person_id: str
    name: str | None
    title: str | None
    before_role: str | None
    after_role: str | None


@dataclass(frozen=True, slots=True)
class RolesMoved:
    """The blast radius of other rules; the first members are named."""

    files: tuple[str, ...]
    member_count: int
    group_count: int
    members: tuple[Recast, ...]
    gaps_new: int
    gaps_gone: int
    moved: Moved


def moved_by_rules(workspace: Workspace, folder: Path) -> RolesMoved:
    """What the last run would have been with the rule files of a folder in place of the workspace's own."""
    files, rules = tried_rules(workspace, folder)
    with compared(workspace, rules=rules) as both:
        return _read(both, files)


def _read(both: Compared, files: tuple[str, ...]) -> RolesMoved:
    members = [Recast(**row) for row in both.rows(_ROLES)]
    new, gone = (
        int(both.rows(_GAPS.format(one=one, other=other))[0]["n"])
        for one, other in (("then", "now"), ("now", "then"))
    )
    groups = len({m.buying_group_id for m in members})
    return RolesMoved(files, len(members), groups, tuple(members[:_SHOWN]), new, gone, read_moved(both))

"""Draw members whose role to review, least certain first; and how right roles are, going by the reviews."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from muster.lab.judge import Reviewed, Share, same_share, share_of
from muster.lab.sample import Stratum, draw_strata, mean, read_reviewed, read_stratum, safe_cell
from muster.problems import UserDataError
from muster.workspace import Workspace

EDGES = (30, 50, 70, 85)  # hundredths of confidence, between strata
HEADER = (
    *("role_is", "buying_group_id", "person_id", "role", "confidence"),
    *("stratum", "stratum_pairs", "stratum_probability", "lowest_weight"),
    *("name", "title", "account", "solution_id", "reason"),
)
SHOWS_NOT = (
    "Not shown: people who are in no group and should be, and whether a member belongs to the group at all. "
    "A reviewer knows a role from outside the records; where nobody does, leave the row empty."
)
_YES = frozenset({"yes", "y"})
_MEMBERS = """
    SELECT m.buying_group_id, m.person_id, m.role, m.role_confidence AS confidence, m.role_reason AS reason,
        p.name, p.title, a.name AS account, g.solution_id
    FROM member AS m
    JOIN buying_group AS g ON g.buying_group_id = m.buying_group_id
    LEFT JOIN account AS a ON a.account_id = g.account_id
    LEFT JOIN (
        SELECT x.person_id, MIN(x.name) AS name, MIN(x.title) AS title FROM person AS x GROUP BY x.person_id
    ) AS p ON p.person_id = m.person_id
    WHERE m.role IS NOT NULL AND m.role_confidence IS NOT NULL AND m.person_id IS NOT NULL
    ORDER BY m.buying_group_id, m.person_id
"""


@dataclass(frozen=True, slots=True)
class Cast:
    """A member with the role that the run gave them, and how sure it is."""

    buying_group_id: str
    person_id: str
    role: str
    confidence: float
    reason: str | None
    name: str | None
    title: str | None
    account: str | None
    solution_id: str | None


@dataclass(frozen=True, slots=True)
class RoleLabel:
    """The role that the run gave a member of a stratum, and the one a reviewer named, if any did."""

    stratum: Stratum
    role: str
    truth: str | None
    buying_group_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class Band:
    """Members of one stretch of confidence: what was stated, and what reviewers found."""

    name: str
    members: int
    labelled: int
    stated: float
    found: Share


@dataclass(frozen=True, slots=True)
class RolesJudged:
    """How right roles are; `confusion` counts members by the run's role and the reviewers', estimated."""

    labelled: int
    right: Share
    bands: tuple[Band, ...]
    roles: tuple[str, ...]
    confusion: tuple[tuple[float, ...], ...]
    shows_not: str = SHOWS_NOT


def read_cast(workspace: Workspace) -> list[Cast]:
    """Every member with a role, in order of group and person."""
    return [Cast(**row) for row in workspace.query(_MEMBERS).to_pylist()]


def strata_of(members: Iterable[Cast]) -> dict[Stratum, list[Cast]]:
    """Members by stretches of confidence."""
    found: dict[int, list[Cast]] = defaultdict(list)
    for one in members:
        found[max((e for e in EDGES if e <= one.confidence * 100), default=0)].append(one)
    above = dict(zip((0, *EDGES), (*EDGES, 100), strict=True))
    return {
        Stratum(
            f"{low / 100:.2f} to {above[low] / 100:.2f}",
            low,
            True,
            len(mine),
            mean(m.confidence for m in mine),
        ): mine
        for low, mine in sorted(found.items())
    }


def draw_cast(members: Iterable[Cast], size: int, *, seed: int) -> list[tuple[Cast, Stratum]]:
    """A sample of about `size` members, some of every stretch of confidence, the most doubtful first."""
    return draw_strata(
        strata_of(members), size, seed=seed, key=lambda one: f"{one.buying_group_id}|{one.person_id}"
    )


def write_cast(drawn: Iterable[tuple[Cast, Stratum]], to: Path) -> None:
    """Write the sample with an empty column `role_is`."""
    with to.open("x", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        for one, stratum in drawn:
            said = (one.name, one.title, one.account, one.solution_id, one.reason)
            writer.writerow(
                [
                    *("", one.buying_group_id, one.person_id, one.role, f"{one.confidence:.6f}"),
                    *(stratum.name, stratum.pairs, f"{stratum.probability:.6f}", stratum.lowest_weight),
                    *(safe_cell(text or "") for text in said),
                ]
            )


def read_cast_labels(file: Path, roles: Iterable[str]) -> list[RoleLabel]:
    """The reviews of a sample: yes, or the role it should be, or none for somebody who decides nothing.

    Raises UserDataError, naming the row, for a role that there is not.
    """
    known, labels = {*roles, "none"}, []
    for number, cells in enumerate(read_reviewed(file, HEADER[:9]), start=2):
        place, said = f"{file}, row {number}", cells["role_is"].lower().replace(" ", "_")
        truth = cells["role"] if said in _YES else said or None
        if truth is not None and truth not in known:
            raise UserDataError(
                f'{place}: "{cells["role_is"]}" is no role.',
                remedy=f"Write yes, or one of {', '.join(sorted(known))}.",
            )
        stratum = read_stratum(cells, is_joined=True, place=place)
        labels.append(RoleLabel(stratum, cells["role"], truth, cells["buying_group_id"], cells["person_id"]))
    return labels


def judge_cast(labels: Sequence[RoleLabel]) -> RolesJudged:
    """Estimate by strata, as of pairs (`judge`): each label stands for its stretch of confidence."""
    counted: dict[Stratum, list[RoleLabel]] = defaultdict(list)
    for label in labels:
        counted[label.stratum].append(label)
    reviewed = {
        stratum: Reviewed(
            stratum, sum(m.truth is not None for m in mine), sum(m.truth == m.role for m in mine)
        )
        for stratum, mine in sorted(counted.items(), key=lambda item: item[0].lowest_weight)
    }
    cells: dict[tuple[str, str], float] = defaultdict(float)
    for stratum, cell in reviewed.items():
        for label in counted[stratum]:
            if label.truth is not None:
                cells[label.role, label.truth] += stratum.pairs / cell.labelled
    roles = tuple(sorted({role for key in cells for role in key}))
    bands = tuple(
        Band(s.name, s.pairs, cell.labelled, s.probability, share_of(cell)) for s, cell in reviewed.items()
    )
    return RolesJudged(
        sum(cell.labelled for cell in reviewed.values()),
        same_share(tuple(reviewed.values())),
        bands,
        roles,
        tuple(tuple(cells.get((said, true), 0.0) for true in roles) for said in roles),
    )

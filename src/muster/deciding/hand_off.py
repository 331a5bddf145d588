"""Which hand-off somebody means, and which account, solution or seller a decision about it names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from muster.deciding.facts import Tables
from muster.deciding.subjects import Matter, Subject
from muster.explain.archive import Archive
from muster.problems import WrongUse

_HAND_OFF = """
    SELECT h.hand_off_id, h.buying_group_id, strftime(h.at, '%Y-%m-%dT%H:%M:%SZ') AS given_at,
        strftime(h.at, '%Y-%m-%dT%H:%M:%S.%f+00:00') AS began_at,
        h.owner_id, h.sentence, g.account_id, g.solution_id,
        h.at = MAX(h.at) OVER () AS is_latest
    FROM hand_off AS h
    JOIN buying_group AS g ON g.buying_group_id = h.buying_group_id
    WHERE h.buying_group_id = ?
    ORDER BY h.at, h.hand_off_id
"""
_IDS = "SELECT h.hand_off_id AS id FROM hand_off AS h ORDER BY h.hand_off_id"
_OWNERS = """
    SELECT h.owner_id AS id FROM hand_off AS h WHERE h.owner_id IS NOT NULL
    UNION SELECT p.owner_id FROM person AS p WHERE p.owner_id IS NOT NULL
    ORDER BY id
"""
_GROUP_ID = 17  # characters, as docs/decisions/0006 has it; a hand-off adds its number


@dataclass(frozen=True, slots=True)
class HandOff:
    """A hand-off as the last run has it; `is_latest` says that its group was not handed off again since."""

    hand_off_id: str
    buying_group_id: str
    given_at: str
    began_at: str  # the same, to the microsecond
    owner_id: str | None
    sentence: str
    account_id: str
    solution_id: str
    is_latest: bool
    groups: int = 1

    @property
    def id(self) -> str:
        """Its id in the tables."""
        return self.hand_off_id

    @property
    def shown(self) -> str:
        """For example: Acme for data-platform: 3 known people, 1 able to decide (g0123456789abcdef-1)."""
        return f"{self.sentence} ({self.hand_off_id})"


def find_hand_off(tables: Tables, said: str) -> HandOff:
    """The hand-off of an id, or the latest one of a buying group.

    Raises WrongUse, naming the nearest, where there is none, or none that may be seen.
    """
    said = said.strip()
    found = [HandOff(**row) for row in tables.records(_HAND_OFF, [said[:_GROUP_ID]])]
    meant = found[-1:] if said == said[:_GROUP_ID] else [h for h in found if h.hand_off_id == said]
    if meant:
        return meant[0]
    near = nearest(said, [row["id"] for row in tables.records(_IDS)])
    hint = f"The nearest: {near}." if near else "None was handed off yet."
    raise WrongUse(f"The last run has no hand-off {said}.", remedy=f"{hint} See them: muster hand-offs list")


def known_owner(tables: Tables, said: str, users: Iterable[str]) -> str:
    """A seller whom the tables or the `users` of the store know. Raises WrongUse, naming the nearest."""
    known = {*users, *(str(row["id"]) for row in tables.records(_OWNERS))}
    if said in known:
        return said
    near = nearest(said, sorted(known))
    raise WrongUse(
        f'Nobody in sales is known as "{said}".',
        remedy=f"The nearest: {near}." if near else "Give a user that CRM id: muster user change --owner",
        field="value",
    )


def nearest(said: str, known: Iterable[str]) -> str:
    """The two likest of some ids, in words; empty where there are none."""
    ids = list(known)
    return ", ".join(difflib.get_close_matches(said, ids, n=2, cutoff=0.3) or ids[:2])


def _find(archive: Archive, said: str, _: bool) -> Subject:
    found = find_hand_off(archive, said)
    return Subject(found.hand_off_id, found)


HAND_OFFS = Matter(
    command="hand-offs",
    holders="hand_offs",
    kinds={
        "accepted": "accept",
        "rejected": "reject",
        "nurture": "nurture",
        "reassign": "reassign",
        "note": "note",
        "recycled": "nurture",  # of other sources
    },
    find=_find,
    groups_of="SELECT 1 AS n",
)

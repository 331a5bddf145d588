"""Groups, accounts, people and programmes as their pages tell them: read when somebody opens one, or ahead.

Read ahead are the groups on a worklist and a board, with their accounts and members: what a click or two
lead to; and the programmes that brought most.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from muster.reports.credit import CHOSEN
from muster.rules.read import in_force
from muster.serving.boards import on_columns
from muster.serving.figures.account.whole import Account, account_of, accounts_of
from muster.serving.figures.group.whole import Whole, whole_groups
from muster.serving.figures.person.whole import Person, people_of
from muster.serving.figures.program.whole import Program, program_of
from muster.serving.figures.role_words import role_titles
from muster.serving.learnt import learnt_of
from muster.serving.pages.worklist import items_of, told_beside
from muster.serving.reading import Reading, reach_of

T = TypeVar("T")
TOGETHER = 16  # groups that are read ahead in one go: each then costs a quarter of one that is read alone
AHEAD = 1_500  # of one scope
PROGRAMS = 60


def the_group(reading: Reading, group_id: str) -> Whole | None:
    """The group of an id; None where there is none to see."""
    return _kept(reading, "group", group_id, lambda: _groups(reading, [group_id]).get(group_id))


def the_account(reading: Reading, account_id: str) -> Account | None:
    """The account of an id, or of one that gave way to it; None where there is none to see."""
    as_of = reading.snapshot.as_of
    return _kept(reading, "account", account_id, lambda: account_of(reading.tables, account_id, as_of=as_of))


def the_person(reading: Reading, person_id: str) -> Person | None:
    """The person of an id; None where there is none to see."""
    return _kept(reading, "person", person_id, lambda: _people(reading, [person_id]).get(person_id))


def the_program(reading: Reading, program_id: str) -> Program | None:
    """The programme of an id, in the company's currency; None where there is none."""
    currency = reading.house.config.company.currency
    return _kept(
        reading, "program", program_id, lambda: program_of(reading.tables, program_id, currency=currency)
    )


def ahead_of(reading: Reading) -> list[list[str]]:
    """The ids of the groups on the worklist and the board as they open, in lots.

    On the list they are a seller's own, everybody's for others.
    """
    listed = items_of(reading)
    own = [item for item in listed if item.owner_id in reading.viewer.owner_ids]
    ids = [item.buying_group_id for item in (own or listed)[:AHEAD]]
    ids = list(dict.fromkeys([*ids, *on_columns(reading)]))
    return [ids[first : first + TOGETHER] for first in range(0, len(ids), TOGETHER)]


def programs_ahead(reading: Reading) -> list[str]:
    """The ids of the programmes that are credited with most of what was won."""
    found = reading.tables.records(
        """SELECT v.program_id FROM program_value AS v
        WHERE v.attribution_model = ? AND v.program_id IN (SELECT t.program_id FROM known_tactic AS t)
        GROUP BY v.program_id
        ORDER BY MAX(v.won_credit_cents) DESC, v.program_id LIMIT ?""",
        [CHOSEN, PROGRAMS],
    )
    return [row["program_id"] for row in found]


def read_ahead(reading: Reading, ids: Sequence[str]) -> None:
    """Keep these groups, their rows of the list, accounts and members, for all who see the same rows."""
    wanted = set(ids)
    told_beside(reading, [item for item in items_of(reading) if item.buying_group_id in wanted])
    groups = _keep(reading, "group", ids, _groups)
    _keep(reading, "account", {whole.group.account_id for whole in groups.values()}, _accounts)
    members = {member.person_id for whole in groups.values() for member in whole.people.members}
    _keep(reading, "person", members, _people)


def _keep(
    reading: Reading,
    kind: str,
    ids: Collection[str],
    read: Callable[[Reading, Collection[str]], Mapping[str, T]],
) -> Mapping[str, T]:
    """Read and keep those that are not kept yet; returns these."""
    packed = reading.snapshot.packed
    found = read(reading, [one for one in ids if _key(reading, kind, one) not in packed])
    for one, whole in found.items():
        packed.put(_key(reading, kind, one), whole)
    return found


def _kept(reading: Reading, kind: str, one: str, read: Callable[[], T | None]) -> T | None:
    """Read once, and kept packed like those read ahead: many that are opened once drive no list out."""
    packed, key = reading.snapshot.packed, _key(reading, kind, one)
    found: T | None = packed.get(key)
    if found is None:
        found = read()
        if found is not None:
            packed.put(key, found)
    return found


def _key(reading: Reading, kind: str, one: str) -> tuple[Any, ...]:
    return (*reach_of(reading.viewer), kind, one)


def _groups(reading: Reading, ids: Collection[str]) -> dict[str, Whole]:
    as_of = reading.snapshot.as_of
    at = int((as_of - datetime(1970, 1, 1)).total_seconds()) * 1_000_000
    titles = role_titles(in_force(reading.house.rules["roles"], at))
    horizon = learnt_of(reading).horizon
    return whole_groups(reading.tables, ids, as_of=as_of, role_titles=titles, horizon=horizon)


def _accounts(reading: Reading, ids: Collection[str]) -> dict[str, Account]:
    return accounts_of(reading.tables, ids, as_of=reading.snapshot.as_of)


def _people(reading: Reading, ids: Collection[str]) -> dict[str, Person]:
    return people_of(reading.tables, ids, as_of=reading.snapshot.as_of)

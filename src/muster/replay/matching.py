"""Which hand-off came before which opening: the earliest within the horizon, on either side."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from muster.replay.history import Opening
from muster.replay.leads import Lead

MQL, MUSTER = "mql", "muster"


@dataclass(frozen=True, slots=True)
class HandOff:
    """Something handed to sales, by either side: a person of an account, or a group for a solution.

    `week_at` is the Monday of the list it was on. An MQL names no solution: it counts for every opening of
    its account, which is in its favour.
    """

    side: str
    week_at: int
    at: int
    key: str
    account_id: str | None
    solution_id: str | None
    person_id: str | None


def as_hand_off(lead: Lead, week_at: int) -> HandOff:
    """An MQL as what sales were handed."""
    return HandOff(MQL, week_at, lead.at, lead.key, lead.account_id, None, lead.person_id)


def caught(hand_offs: Iterable[HandOff], openings: Sequence[Opening], *, horizon: int) -> dict[str, HandOff]:
    """The earliest hand-off within the horizon (microseconds) before each opening, where there was one."""
    lists = _by_account(hand_offs)
    found: dict[str, HandOff] = {}
    for opening in openings:
        own = lists.get(opening.account_id, [])
        start = bisect_left(own, opening.at - horizon, key=lambda each: each.at)
        for one in own[start:]:
            if one.at >= opening.at:
                break
            if _same_solution(one.solution_id, opening.solution_id):
                found[opening.opportunity_id] = one
                break
    return found


def followed(hand_offs: Iterable[HandOff], openings: Sequence[Opening], *, horizon: int) -> set[HandOff]:
    """The hand-offs after which an opening came within the horizon."""
    by_account: dict[str, list[Opening]] = defaultdict(list)
    for opening in openings:
        by_account[opening.account_id].append(opening)
    return {
        one
        for one in hand_offs
        if any(
            one.at < opening.at <= one.at + horizon and _same_solution(one.solution_id, opening.solution_id)
            for opening in by_account.get(one.account_id or "", ())
        )
    }


def _by_account(hand_offs: Iterable[HandOff]) -> Mapping[str, list[HandOff]]:
    lists: dict[str, list[HandOff]] = defaultdict(list)
    for one in sorted(hand_offs, key=lambda each: (each.at, each.key)):
        if one.account_id is not None:
            lists[one.account_id].append(one)
    return lists


def _same_solution(left: str | None, right: str | None) -> bool:
    """Whether two name the same solution; who names none may mean any."""
    return left is None or right is None or left == right

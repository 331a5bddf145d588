"""Hand-offs by a score at sales' capacity: each Monday the best that wait, none again while it rests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from muster.backtest.draws import Draws, Figure, figure, ratio
from muster.backtest.questions import GAP, Openings, Questions, Rows
from muster.recall.clock import WEEK

Vector = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
DAY = WEEK // 7


@dataclass(frozen=True, slots=True)
class Handed:
    """Hand-offs: when, of whom, and which opening followed within the horizon (-1: none)."""

    at: Ints
    account: Ints
    solution: Ints
    opening: Ints
    row: Ints  # which of the rows it was; -1 for hand-offs that were not chosen from rows


def hand_over(rows: Rows, score: Vector, *, slots: Mapping[int, Mapping[int, int]], rest: int) -> Handed:
    """Who would have been handed over, Monday after Monday.

    `slots` gives the places of each Monday by pool (solution number; -1 for all without a pool of their
    own), `rest` how long (microseconds) nobody is handed over again. Equal scores: the row with the more
    recent points first. Of what is silent nothing is handed over.
    """
    pools = {pool for week in slots.values() for pool in week}
    unit = rows.account * (int(rows.solution.max(initial=0)) + 1) + rows.solution
    resting: dict[int, int] = {}
    taken: list[int] = []
    edges = np.flatnonzero(np.r_[True, np.diff(rows.week) != 0, True]) if len(rows.week) else np.zeros(0, int)
    for start, stop in pairwise(edges.tolist()):
        at = int(rows.week[start])
        here = np.arange(start, stop)
        for pool, places in sorted(slots.get(at, {}).items()):
            mine = (
                rows.solution[here] == pool
                if pool >= 0
                else ~np.isin(rows.solution[here], list(pools - {-1}))
            )
            waiting = here[mine & np.isfinite(score[here]) & (score[here] > 0)]
            waiting = waiting[[resting.get(int(one), 0) <= at for one in unit[waiting]]]
            for row in _best(rows, score, waiting, places):
                resting[int(unit[row])] = at + rest
                taken.append(int(row))
    kept = np.array(taken, np.int64)
    return Handed(rows.week[kept], rows.account[kept], rows.solution[kept], rows.opening[kept], kept)


def _best(rows: Rows, score: Vector, waiting: Ints, places: int) -> Ints:
    if places <= 0 or not len(waiting):
        return waiting[:0]
    if len(waiting) > places:
        least = np.partition(score[waiting], len(waiting) - places)[len(waiting) - places]
        waiting = waiting[score[waiting] >= least]
    keys: list[npt.NDArray[Any]] = [rows.solution[waiting], rows.account[waiting]]
    keys += [-column[waiting] for column in reversed(rows.tie_break)]
    return np.asarray(waiting[np.lexsort((*keys, -score[waiting]))[:places]])


def matched(at: Ints, account: Ints, solution: Ints, openings: Openings, *, horizon: int) -> Ints:
    """The first opening within the horizon after each of some instants; -1 where none came."""
    by_unit: dict[tuple[int, int], list[int]] = {}
    for place, unit in enumerate(zip(openings.account.tolist(), openings.solution.tolist(), strict=True)):
        by_unit.setdefault(unit, []).append(place)
    found = np.full(len(at), -1, np.int64)
    for number, (when, who, what) in enumerate(zip(at, account, solution, strict=True)):
        for place in by_unit.get((int(who), int(what)), ()):
            if when < openings.at[place] <= when + horizon:
                found[number] = place
                break
    return found


def place_figures(handed: Handed, asked: Questions, draws: Draws) -> list[Figure]:
    """Precision and recall of hand-offs, lead time, false hand-offs for each opening caught, and dollars.

    Who is handed over stays as it is in every sample of accounts: intervals hold what other accounts would
    have made of the same queue, not what another queue would have been.
    """
    openings = asked.openings
    hit, first = handed.opening >= 0, _first_of(handed.opening)
    place = handed.opening[first]
    wait = np.zeros(len(hit), np.int64)
    wait[hit] = openings.at[handed.opening[hit]] - handed.at[hit]
    late = hit & (wait > GAP)
    count, hits, lates = draws.sums(
        handed.account, np.ones(len(hit)), hit.astype(np.float64), late.astype(np.float64)
    )
    caught, early, opened, won = draws.sums(
        handed.account[first],
        np.ones(len(place)),
        late[first].astype(np.float64),
        openings.amount_cents[place].astype(np.float64),  # whole cents: exact up to 2^53
        openings.won_cents[place].astype(np.float64),
    )
    [everything] = draws.sums(openings.account, np.ones(len(openings.at)))
    days = _medians(wait[first] / DAY, handed.account[first], draws)
    found, total = len(place), len(openings.at)
    of_handed = {"precision": ratio(hits, count), "precision_after_gap": ratio(lates, count)}
    return [
        *(figure(name, v, openings=found, counted=len(hit)) for name, v in of_handed.items()),
        figure("opened_cents_per_hand_off", ratio(opened, count), openings=found),
        figure("won_cents_per_hand_off", ratio(won, count), openings=found),
        figure("recall", ratio(caught, everything), openings=total),
        figure("recall_after_gap", ratio(early, everything), openings=total),
        figure("median_lead_days", days, openings=found),
        figure("false_hand_offs_per_opening", ratio(count - hits, caught), openings=found),
    ]


def _first_of(opening: Ints) -> npt.NDArray[np.bool_]:
    """Which hand-offs were the first before their opening: an opening is caught once."""
    first = np.zeros(len(opening), np.bool_)
    seen = np.unique(opening, return_index=True)
    for place, row in zip(*seen, strict=True):
        first[row] = place >= 0
    return first


def _medians(values: Vector, account: Ints, draws: Draws) -> Vector:
    """The median in every sample of accounts."""
    if not len(values):
        return np.full(sum(1 for _ in draws), np.nan)
    order = np.argsort(values, kind="stable")
    ranked, who = values[order], account[order]
    found = []
    for times in draws:
        above = np.cumsum(times[who])
        found.append(ranked[np.searchsorted(above, above[-1] / 2)] if above[-1] > 0 else np.nan)
    return np.array(found)

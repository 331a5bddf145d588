"""Conversion of cohorts: by an age, in the end, and the ratio that leaves open deals out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from muster.measurement.credit_interval import DRAWS
from muster.measurement.outlook import Outlook
from muster.measurement.progress import DAY, LOST, REACHED, WON, Flags, Progress, Whole
from muster.survival.incidence import OPEN, Curve, curve, wilson

HORIZONS = (90, 180, 365, 730)  # ages in days at which cohorts are compared
TAIL = DRAWS // 40  # draws below the interval, and above it: 95 % lie within
BY_AGE, IN_THE_END, DECIDED = "aalen_johansen", "expected_final", "decided_only"
Row = dict[str, Any]


def conversions(
    progress: Progress,
    seen: Outlook | None,
    *,
    quarters: Sequence[tuple[int, int]],
    only_from: str | None = None,
) -> Iterator[Row]:
    """A row for each cohort, pair of places, age and method; `only_from` one place where one is named."""
    pairs = [
        *combinations(progress.steps, 2),
        *((step, end) for step in progress.steps for end in (WON, LOST)),
    ]
    pairs = [(start, goal) for start, goal in pairs if only_from in (None, start) and len(progress)]
    cohorts = [
        (start, end, (progress.created_at >= start) & (progress.created_at < end)) for start, end in quarters
    ]
    for goal in dict.fromkeys(goal for _, goal in pairs):
        chances = None if seen is None else seen.chances(goal)
        futures = None if seen is None or chances is None else seen.futures(chances)
        for start in (first for first, second in pairs if second == goal):
            entered = progress.is_watched & (progress.when(start) <= progress.as_of)
            for starts_on, ends_on, inside in cohorts:
                among = inside & entered
                if not among.any():
                    continue
                key = {
                    "cohort_start": starts_on,
                    "cohort_end": ends_on,
                    "from_stage": start,
                    "to_stage": goal,
                    "entered_count": int(among.sum()),
                }
                days, ending = progress.watch(start, goal, among=among)
                age = (progress.as_of - starts_on) // DAY
                yield key | _decided(ending) | {"horizon_days": age, "method": DECIDED}
                found = curve(days, ending)
                for horizon in HORIZONS:
                    if horizon <= age:
                        told = by_age(found, days, ending, horizon=horizon)
                        yield key | told | {"horizon_days": horizon, "method": BY_AGE}
                final = _final(seen, chances, futures, among=among, ending=ending)
                yield key | final | {"horizon_days": None, "method": IN_THE_END}


def by_age(found: Curve, days: Whole, ending: Whole, *, horizon: int) -> Row:
    """The incidence by an age; nothing where nobody was watched for so long and some are open."""
    upto = int(np.searchsorted(found.times, horizon, side="right"))
    cut = Curve(found.times[:upto], found.at_risk[:upto], found.ended[:, :upto])
    over = (ending != OPEN) & (days <= horizon)
    known = int((over | (days >= horizon)).sum())
    if not known or (known == int(over.sum()) < len(days)):
        share = low = high = None
    else:
        share, (low, high) = cut.share(REACHED), cut.interval(REACHED)
    return {
        "reached_count": int((over & (ending == REACHED)).sum()),
        "open_count": int((~over).sum()),
        "at_risk": known,
        **_rounded(share, low, high),
    }


def _decided(ending: Whole) -> Row:
    reached, decided = int((ending == REACHED).sum()), int((ending != OPEN).sum())
    return {
        "reached_count": reached,
        "open_count": len(ending) - decided,
        "at_risk": decided,
        **_rounded(*wilson(reached, decided)),
    }


def _final(
    seen: Outlook | None,
    chances: np.ndarray | None,
    futures: np.ndarray | None,
    *,
    among: Flags,
    ending: Whole,
) -> Row:
    """What has come to pass, and the chances of those that are still on their way."""
    entered, reached = len(ending), int((ending == REACHED).sum())
    still = int((ending == OPEN).sum())
    share: float | None
    low: float | None
    high: float | None
    if not still:
        share = low = high = reached / entered
    elif seen is None or chances is None or futures is None:
        share = low = high = None
    else:
        way = np.zeros(len(among), np.bool_)
        way[np.flatnonzero(among)[ending == OPEN]] = True
        mine = way[seen.deals]
        share = (reached + float(chances[0, mine].sum())) / entered
        ends = np.sort(futures[:, mine].sum(axis=1))
        low, high = ((reached + int(ends[n])) / entered for n in (TAIL, -TAIL - 1))
        low, high = min(low, share), max(high, share)
    return {
        "reached_count": reached,
        "open_count": still,
        "at_risk": entered,
        **_rounded(share, low, high),
    }


def _rounded(share: float | None, low: float | None, high: float | None) -> Row:
    """To nine places: the last digits of sums are not the same on every machine."""
    names = ("estimate", "low", "high")
    return {n: None if x is None else round(x, 9) for n, x in zip(names, (share, low, high), strict=True)}

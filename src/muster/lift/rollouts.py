"""Regions switched on: differences in differences, with intervals from all other ways of choosing regions.

What changed in regions while a programme was on, less what changed meanwhile in regions where it never was.
Regions that are always off are the only ones compared with, so that no region serves as a comparison for
another while it is itself changing (Callaway and Sant'Anna 2021). Intervals hold every effect that the other
choices of regions do not contradict (Fisher 1935; Rosenbaum 2002): they need no assumption on how weeks hang
together, and are honest about how few regions there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import perm
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from muster.lift.effects import POWER, Vector
from muster.lift.words import HORIZON, WEEK, Line, say

DESIGN = "region_rollout"
MOST_WAYS = 2_000  # ways of choosing regions that are looked at; drawn where there are more
FEWEST_WAYS = 40  # with fewer, no choice is rare enough for a 95 % interval
FEWEST_OPENINGS = 20
BUCKET = 4  # weeks looked at together before the start
LEAST_BEFORE = 13
APART_BEFORE = 0.1  # a drift as large as this, one in ten choices, and regions were not moving alike
_COLUMNS = {"openings": "opening_count", "won": "won_count", "won_amount": "won_cents"}

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Regions:
    """Regions x weeks: `on` (0 or 1), `rate` an account, and how many accounts each region has."""

    names: tuple[str, ...]
    weeks: tuple[int, ...]
    on: Matrix
    rate: Matrix
    accounts: Vector

    @property
    def treated(self) -> npt.NDArray[np.int64]:
        """The regions that were on at some time."""
        return np.flatnonzero(self.on.any(axis=1))

    @property
    def start(self) -> int:
        """The first week in which any was on."""
        return int(np.flatnonzero(self.on.any(axis=0))[0])


def rollout_lines(
    rollout: Mapping[str, Any], weeks: pa.Table, *, as_of: int, currency: str
) -> Iterator[Line]:
    """A line for each outcome of one roll-out; `weeks` are the rows of `rollout_week` of it."""
    by_lot = rollout["drawn_by"] == "lot"
    for outcome, column in _COLUMNS.items():
        line = Line(
            experiment=rollout["name"],
            program_id=rollout["program_id"],
            name=rollout["name"],
            design=DESIGN,
            method="regions on and off, randomisation inference"
            if by_lot
            else "difference in differences of chosen regions, placebo inference",
            is_randomised=by_lot,
            outcome=outcome,
            currency=currency if outcome == "won_amount" else None,
            starts_at=rollout["starts_at"],
            to_at=min(as_of, rollout["ends_at"]),
            is_interim=rollout["ends_at"] > as_of,
        )
        regions = spread(weeks, column) if weeks.num_rows else None
        if regions is not None:
            line.treated_count = len(regions.treated)
            line.holdout_count = len(regions.names) - len(regions.treated)
        line.reason = _why_not(rollout, regions, weeks, line, as_of=as_of)
        if line.reason is None and regions is not None:
            _estimate(line, regions)
        line.sentence = say(line, test="These regions")
        yield line


def spread(weeks: pa.Table, column: str) -> Regions | None:
    """One roll-out as regions x weeks, from as long before it as it lasts; None where no region was on."""
    rows = weeks.to_pylist()
    names, times = sorted({r["region"] for r in rows}), sorted({r["week_at"] for r in rows})
    on, rate = np.zeros((len(names), len(times))), np.zeros((len(names), len(times)))
    accounts = np.zeros(len(names))
    row_of, column_of = {n: i for i, n in enumerate(names)}, {t: i for i, t in enumerate(times)}
    unit = 100 if column == "won_cents" else 1
    for row in rows:
        place = row_of[row["region"]], column_of[row["week_at"]]
        on[place] = row["is_on"]
        rate[place] = row[column] / unit / row["account_count"]
        accounts[place[0]] = row["account_count"]
    if not on.any():
        return None
    running = np.flatnonzero(on.any(axis=0))
    start, stop = int(running[0]), int(running[-1]) + 1
    first = max(0, start - max(stop - start, LEAST_BEFORE))
    kept = slice(first, stop)
    return Regions(tuple(names), tuple(times[kept]), on[:, kept], rate[:, kept], accounts)


def difference_in_differences(rate: Matrix, on: Matrix, accounts: Vector) -> float:
    """The change of `rate` while on, less that of the regions never on in the same weeks, by accounts."""
    treated = on.any(axis=1)
    never = np.average(rate[~treated], axis=0, weights=accounts[~treated])
    apart = rate[treated] - never
    running = on[treated] > 0
    change = np.where(running, apart, 0).sum(axis=1) / running.sum(axis=1)
    change = change - np.where(running, 0, apart).sum(axis=1) / (~running).sum(axis=1)
    return float(np.average(change, weights=accounts[treated]))


def ways(regions: Regions) -> list[tuple[int, ...]]:
    """Other choices of regions for the same times on, the real one first; drawn where there are too many."""
    real = tuple(int(r) for r in regions.treated)
    count, size = len(regions.names), len(real)
    alike = len({regions.on[r].tobytes() for r in real}) == 1
    if perm(count, size) <= MOST_WAYS * (1 if not alike else 10):
        found: Sequence[tuple[int, ...]] = list(permutations(range(count), size))
        if alike:
            found = [way for way in found if list(way) == sorted(way)]
    else:
        dice = np.random.default_rng([count, size])
        found = [tuple(int(r) for r in dice.permutation(count)[:size]) for _ in range(MOST_WAYS)]
    return [real, *(way for way in found if way != real)]


def under(regions: Regions, choice: tuple[int, ...]) -> Matrix:
    """Who would have been on when, had these regions been chosen."""
    on = np.zeros_like(regions.on)
    on[list(choice)] = regions.on[regions.treated]
    return on


def contradicted(effect: float, seen: Vector, given: Vector) -> float:
    """How many of the choices show as much as the real one (the first), were the effect this; 0 to 1."""
    left = np.abs(seen - effect * given)
    return float((left >= left[0] * (1 - 1e-12)).mean())


def interval(seen: Vector, given: Vector, level: float) -> tuple[float, float] | None:
    """The effects that fewer than `level` of the choices contradict; None where no effect is contradicted.

    `seen` is the difference in differences of each choice, `given` that of what was on: both 1-d, the real
    choice first.
    """
    ends = []
    reach = float(np.abs(seen).max()) or 1.0
    for side in (-1.0, 1.0):
        far, inside = reach, 0.0
        for _ in range(40):
            if contradicted(seen[0] + side * far, seen, given) <= 1 - level:
                break
            inside, far = far, 2 * far
        else:
            return None
        for _ in range(60):
            middle = (inside + far) / 2
            if contradicted(seen[0] + side * middle, seen, given) <= 1 - level:
                far = middle
            else:
                inside = middle
        ends.append(float(seen[0] + side * inside))
    return ends[0], ends[1]


def drift_before(regions: Regions) -> float:
    """How rare among all choices a drift apart is as large as theirs was before the start; 0 to 1.

    The slope of the gap between regions chosen and not, over stretches of four weeks.
    """
    before = regions.rate[:, : regions.start]
    count = before.shape[1] // BUCKET
    if count < 3:
        return 1.0
    buckets = before[:, -count * BUCKET :].reshape(len(before), count, BUCKET).mean(axis=2)
    times = np.arange(count) - (count - 1) / 2

    def slope(choice: tuple[int, ...]) -> float:
        chosen = np.isin(np.arange(len(before)), choice)
        gap = np.average(buckets[chosen], axis=0, weights=regions.accounts[chosen]) - np.average(
            buckets[~chosen], axis=0, weights=regions.accounts[~chosen]
        )
        return float(gap @ times)

    slopes = np.abs([slope(choice) for choice in ways(regions)])
    return float((slopes >= slopes[0] * (1 - 1e-12)).mean())


def _why_not(
    rollout: Mapping[str, Any], regions: Regions | None, weeks: pa.Table, line: Line, *, as_of: int
) -> str | None:
    if rollout["starts_at"] + HORIZON > as_of:
        return "it began less than 13 weeks ago"
    if regions is None:
        return "no account on record by its start is in a region of that name"
    if not line.holdout_count:
        return "every region was switched on: none is left to compare with"
    if regions.start < LEAST_BEFORE:
        return f"only {regions.start} weeks are on record before it; it takes {LEAST_BEFORE}"
    if (regions.on[regions.treated].sum(axis=1) < 1).any() or regions.on[regions.treated].all(axis=1).any():
        return "a region was on from the first week on record"
    return _few_or_apart(rollout, regions, weeks)


def _few_or_apart(rollout: Mapping[str, Any], regions: Regions, weeks: pa.Table) -> str | None:
    choices = len(ways(regions))
    if choices < FEWEST_WAYS:
        return f"there are only {choices} ways of choosing those regions; it takes {FEWEST_WAYS}"
    openings = sum(weeks.column("opening_count").to_pylist())
    if openings < FEWEST_OPENINGS:
        return f"only {openings} opportunities opened in all regions; it takes {FEWEST_OPENINGS}"
    if rollout["drawn_by"] != "lot" and (chance := drift_before(regions)) < APART_BEFORE:
        return (
            f"the regions were not moving alike before it: a drift so large is one choice in {1 / chance:.0f}"
        )
    return None


def _estimate(line: Line, regions: Regions) -> None:
    choices = ways(regions)
    on = [under(regions, choice) for choice in choices]
    seen = np.array([difference_in_differences(regions.rate, o, regions.accounts) for o in on])
    given = np.array([difference_in_differences(regions.on, o, regions.accounts) for o in on])
    ends = {level: interval(seen, given, level) for level in (0.95, 0.80)}
    wide, narrow = ends[0.95], ends[0.80]
    if wide is None or narrow is None:
        line.reason = "no effect is contradicted by the other choices of regions: there are too few"
        return
    lasts = 1000 * float(np.mean(regions.on[regions.treated].sum(axis=1)))
    error = float(np.std(seen - seen[0] * given))
    line.status = "estimable"
    line.estimate_per_1000 = lasts * float(seen[0])
    line.low_per_1000, line.high_per_1000 = lasts * wide[0], lasts * wide[1]
    line.low_80_per_1000, line.high_80_per_1000 = lasts * narrow[0], lasts * narrow[1]
    line.detectable_per_1000 = lasts * POWER * error
    line.balance_p = drift_before(regions)
    if line.outcome == "won_amount":
        accounts = float(regions.accounts[regions.treated].sum()) / 1000
        line.estimate_cents = round(100 * accounts * line.estimate_per_1000)
        line.low_cents = round(100 * accounts * line.low_per_1000)
        line.high_cents = round(100 * accounts * line.high_per_1000)


def weeks_on(rollout_rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the rules say of one roll-out: when it begins and ends in any region, and how they were chosen."""
    first = rollout_rows[0]
    return {
        "name": first["name"],
        "program_id": first["program_id"] or None,
        "drawn_by": "lot" if all(r["drawn_by"] == "lot" for r in rollout_rows) else "choice",
        "starts_at": min(r["from_at"] for r in rollout_rows),
        "ends_at": max(min(r["ends_at"], r["to_at"]) for r in rollout_rows) + WEEK,
    }

"""Whether chances come true: of rows of which 3 % was said, do 3 % open?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from muster.backtest.by_chance import error_by_chance
from muster.backtest.draws import Draws, Figure, figure, ratio
from muster.backtest.questions import CHANCE, Questions, distinct

Vector = npt.NDArray[np.float64]
ERROR_BINS = 15
SHOWN_BINS = 10
LEAST_OPENINGS = 40
LEAST_IN_BIN = 5  # different openings below which no part is stated for a bin
_STEPS = 2  # Newton steps from the fit of the whole company: samples lie close to it


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of like chances: what was said and what came. None where too few openings came to state it."""

    solution_id: str  # * for all
    number: int
    from_chance: float
    to_chance: float
    predicted: float
    observed: float | None
    low_80: float | None
    high_80: float | None
    low_95: float | None
    high_95: float | None
    rows: int
    openings: int


def calibration_figures(asked: Questions, draws: Draws) -> list[Figure]:
    """Brier score and skill, relative calibration error, slope, intercept, observed over expected.

    Brier 1950; the error (ECE) over 15 bins of equal size, divided by the base rate; slope and intercept
    after Cox 1958, the intercept with the slope held at 1 (calibration in the large, Van Calster 2019).
    Judged where a chance was said; `..._all` counts the silent accounts at the rate at which such accounts
    opened until then. In the error, those of a solution are a bin of their own. `relative_ece_by_chance` is
    what the error would be were every chance right.
    """
    rows = asked.asked
    said = rows.only(np.isfinite(rows.scores[CHANCE]))
    chance, opens, account = said.scores[CHANCE], said.opens, said.account
    openings = distinct(said.opening)
    count, came, expected, off = draws.sums(
        account, np.ones(len(chance)), opens, chance, np.square(chance - opens)
    )
    silent = asked.silent
    missed, foretold = draws.sums(silent.account, silent.opens, silent.foretold)
    [unsaid] = draws.sums(rows.account, np.where(np.isfinite(rows.scores[CHANCE]), 0.0, rows.opens))
    base = ratio(came, count)
    brier = ratio(off, count)
    top = _top(chance, 0.01)
    came_top, expected_top = draws.sums(account[top], opens[top], chance[top])
    values = {
        "brier": brier,
        "brier_skill": 1 - ratio(brier, base * (1 - base)),
        "relative_ece": _unshifted(ratio(_error(chance, opens, account, draws), came)),
        "relative_ece_all": _unshifted(
            ratio(_error(chance, opens, account, draws) + _silent_error(asked, draws), came + missed)
        ),
        "relative_ece_by_chance": error_by_chance(
            chance,
            account * len(asked.solution_ids) + said.solution,
            said.week,
            _error_bins(chance, opens, account),
            horizon=asked.span.horizon,
        ),
        "observed_over_expected": ratio(came, expected),
        "observed_over_expected_all": ratio(came + missed + unsaid, expected + foretold),
    }
    slope, intercept = _slopes(chance, opens, account, draws, enough=openings >= LEAST_OPENINGS)
    values |= {"calibration_slope": slope, "calibration_intercept": intercept}
    found = [figure(n, v, openings=openings, least=LEAST_OPENINGS) for n, v in values.items()]
    in_top = distinct(said.opening[top])
    return [
        *found,
        figure("observed_over_expected_top_1_percent", ratio(came_top, expected_top), openings=in_top),
    ]


def bins_of(asked: Questions, draws: Draws, *, solution_id: str = "*") -> list[Bin]:
    """Bins in each of which as many openings were expected: narrow where chances are high."""
    rows = asked.asked
    said = rows.only(np.isfinite(rows.scores[CHANCE]))
    order = np.lexsort((said.opens, said.account, said.scores[CHANCE]))
    chance = said.scores[CHANCE][order]
    if not len(chance):
        return []
    mass = np.cumsum(chance) - chance / 2
    place = np.minimum((mass / chance.sum() * SHOWN_BINS).astype(int), SHOWN_BINS - 1)
    # Equal chances stay together: in the bin of the first of them.
    starts = np.flatnonzero(np.r_[True, chance[1:] != chance[:-1]])
    place = np.repeat(place[starts], np.diff(np.r_[starts, len(chance)]))
    found = []
    for number in np.unique(place):
        mine = order[place == number]
        opens, account = said.opens[mine], said.account[mine]
        count, came = draws.sums(account, np.ones(len(mine)), opens)
        openings = distinct(said.opening[mine])
        told = figure("", ratio(came, count), openings=openings, least=LEAST_IN_BIN)
        own = said.scores[CHANCE][mine]
        found.append(
            Bin(
                solution_id,
                int(number) + 1,
                float(own.min()),
                float(own.max()),
                float(own.mean()),
                told.value,
                told.low_80,
                told.high_80,
                told.low_95,
                told.high_95,
                len(mine),
                openings,
            )
        )
    return found


def _top(chance: Vector, part: float) -> npt.NDArray[np.bool_]:
    """The best-scored part, with all that equal its last."""
    if not len(chance):
        return np.zeros(0, np.bool_)
    keep = max(int(len(chance) * part), 1)
    return np.asarray(chance >= np.partition(chance, len(chance) - keep)[len(chance) - keep])


def _error(chance: Vector, opens: Vector, account: npt.NDArray[np.int64], draws: Draws) -> Vector:
    """By how many openings what was said and what came differ, bin by bin, in every sample."""
    off: Vector | None = None
    for part in _error_bins(chance, opens, account):
        said, came = draws.sums(account[part], chance[part], opens[part])
        off = np.abs(said - came) + (0 if off is None else off)
    assert off is not None
    return np.asarray(off)


def _error_bins(chance: Vector, opens: Vector, account: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    """Bins of equal size, from the least chances to the greatest: the places of their rows."""
    return np.array_split(np.lexsort((opens, account, chance)), ERROR_BINS)


def _silent_error(asked: Questions, draws: Draws) -> Vector:
    """The same of silent accounts, solution by solution."""
    silent, off = asked.silent, np.zeros(sum(1 for _ in draws))
    for solution in np.unique(silent.solution):
        mine = silent.solution == solution
        told, came = draws.sums(silent.account[mine], silent.foretold[mine], silent.opens[mine])
        off += np.abs(told - came)
    return off


def _unshifted(values: Vector) -> Vector:
    """Samples moved so that their mean is the company's own value, and never below nothing.

    A sample adds noise of its own to every bin, and distances add it up: all samples lie too high.
    """
    drawn = values[1:]
    shift = np.nanmean(drawn) - values[0] if np.isfinite(drawn).any() else 0.0
    return np.asarray(np.r_[values[:1], np.maximum(drawn - shift, 0.0)])


def _slopes(
    chance: Vector, opens: Vector, account: npt.NDArray[np.int64], draws: Draws, *, enough: bool
) -> tuple[Vector, Vector]:
    """Slope and intercept in every sample; NaN where there are too few openings to fit."""
    times = list(draws)
    slopes, offsets = np.full(len(times), np.nan), np.full(len(times), np.nan)
    if not enough:
        return slopes, offsets
    clipped = np.clip(chance, 1e-6, 1 - 1e-6)
    x = np.log(clipped / (1 - clipped))
    start, offset = np.array([0.0, 1.0]), 0.0
    for number, one in enumerate(times):
        weight = one[account]
        steps = 25 if number == 0 else _STEPS
        both, alone = start.copy(), offset
        for _ in range(steps):
            both += _step(x, opens, weight, both)
            alone += _shift(x, opens, weight, alone)
        if number == 0:
            start, offset = both, alone
        slopes[number], offsets[number] = both[1], alone
    return slopes, offsets


def _step(x: Vector, opens: Vector, weight: Vector, at: Vector) -> Vector:
    """A Newton step of a logistic regression on one column and an intercept."""
    said = 1 / (1 + np.exp(-(at[0] + at[1] * x)))
    pull, bend = weight * (opens - said), weight * said * (1 - said)
    bent = bend * x
    curve = np.array([[bend.sum(), bent.sum()], [bent.sum(), (bent * x).sum()]])
    return np.asarray(np.linalg.solve(curve + 1e-9 * np.eye(2), np.array([pull.sum(), (pull * x).sum()])))


def _shift(x: Vector, opens: Vector, weight: Vector, at: float) -> float:
    """The same of the intercept alone, the slope held at 1."""
    said = 1 / (1 + np.exp(-(at + x)))
    return float((weight * (opens - said)).sum() / max(float((weight * said * (1 - said)).sum()), 1e-9))

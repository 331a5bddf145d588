"""How large a calibration error chances without any fault would have: openings are few, and come in runs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from muster.backtest.draws import SEED
from muster.recall.clock import WEEK

Vector = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
DRAWS = 100


def error_by_chance(
    chance: Vector, unit: Whole, week: Whole, bins: list[Whole], *, horizon: int, draws: int = DRAWS
) -> Vector:
    """The relative calibration error where openings are drawn with just these chances: mean and draws.

    `unit` numbers account and solution of a row; `bins` hold the places of the rows of each bin. Every row
    opens as often as was said of it. But rows of one unit within a horizon share their draw, as they share
    an opening in life: drawn by themselves they would know too little of chance (a parametric bootstrap in
    blocks; Efron 1979, Kuensch 1989).
    """
    span = horizon // WEEK
    # Blocks of different units begin on different Mondays, as openings do.
    block = (week // WEEK + unit * 7_919 % span) // span
    _, shared = np.unique(np.stack([unit, block]), axis=1, return_inverse=True)
    shared = shared.reshape(-1)
    draw = np.random.default_rng(SEED)
    count = int(shared.max(initial=-1)) + 1
    place = np.empty(len(chance), np.int64)
    for number, rows in enumerate(bins):
        place[rows] = number
    said = np.bincount(place, weights=chance, minlength=len(bins))
    found = np.full(draws, np.nan)
    for number in range(draws):
        opens = (draw.random(count)[shared] < chance).astype(np.float64)
        came = np.bincount(place, weights=opens, minlength=len(bins))
        if came.sum():
            found[number] = np.abs(said - came).sum() / came.sum()
    return np.asarray(np.r_[np.nanmean(found) if np.isfinite(found).any() else np.nan, found])

"""Other samples of accounts: how far a figure would move were other accounts to make up the company.

The bootstrap over accounts (Efron 1979; Field and Welsh 2007 for whole clusters): an account is drawn with
all its weeks and solutions, because these resemble each other and one opening makes three or four rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
DRAWS = 200
SEED = 20_250_101
FEWEST = 20  # different openings (or hand-offs) below which a figure is not stated


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with the ends of its 80 % and 95 % intervals, and the different openings it rests on.

    All None where there are too few to state it: it is not estimable.
    """

    name: str
    value: float | None
    low_80: float | None
    high_80: float | None
    low_95: float | None
    high_95: float | None
    openings: int


class Draws:
    """How often each account is in each sample; the first is the company as it is."""

    def __init__(self, accounts: int, *, count: int = DRAWS, seed: int = SEED) -> None:
        draw = np.random.default_rng(seed)
        drawn = [
            np.bincount(draw.integers(0, accounts, accounts), minlength=accounts)
            for _ in range(count if accounts else 0)
        ]
        self._times = np.asarray([np.ones(accounts), *drawn], np.float32)

    def __iter__(self) -> Iterator[Vector]:
        return (times.astype(np.float64) for times in self._times)

    def sums(self, account: npt.NDArray[np.int64], *columns: Vector) -> list[Vector]:
        """Each column's sum in every sample, from the accounts of its rows."""
        by_account = [
            np.bincount(account, weights=column, minlength=self._times.shape[1]) for column in columns
        ]
        return [np.asarray(self._times.astype(np.float64) @ column) for column in by_account]


def figure(
    name: str, values: Vector, *, openings: int, counted: int | None = None, least: int = FEWEST
) -> Figure:
    """A figure from its value in every sample, that of the company itself first.

    Nothing is stated under `least` openings, or under `least` of what else was counted. Samples in which it
    is not defined (no opening was drawn) are left out. Ends are percentiles.
    """
    usable = values[1:][np.isfinite(values[1:])]
    too_few = (openings if counted is None else counted) < least
    if too_few or not np.isfinite(values[0]) or len(usable) < 0.9 * (len(values) - 1):
        return Figure(name, None, None, None, None, None, openings)
    if not len(usable):
        return Figure(name, float(values[0]), None, None, None, None, openings)
    low_95, low_80, high_80, high_95 = (float(q) for q in np.quantile(usable, [0.025, 0.1, 0.9, 0.975]))
    return Figure(name, float(values[0]), low_80, high_80, low_95, high_95, openings)


def ratio(above: Vector, below: Vector) -> Vector:
    """One over the other; NaN where there is nothing below."""
    nothing = np.full(len(above), np.nan)
    return np.asarray(np.divide(above, below, out=nothing, where=below > 0))

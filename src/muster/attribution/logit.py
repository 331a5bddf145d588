"""A fitted chance of winning from the set of channels on a path, and what each channel adds to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from muster.attribution.paths import Codes, Whole
from muster.chances.ridge import chances, fit

Real = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
PENALTY = 1.0  # one unit of ridge for each channel: rare channels stay near no effect
DRAWS = 256  # orders of channels drawn for each number of channels
_TOGETHER = 1 << 22


@dataclass(frozen=True, slots=True)
class Worth:
    """The chance of winning of a set S of channels: logistic(intercept + sum of its coefficients)."""

    intercept: float
    coefficients: Real

    def of(self, log_odds: Real) -> Real:
        """Chances for log-odds that come on top of the intercept."""
        return chances(self.intercept + log_odds)


def channel_sets(steps: Codes, starts: Whole, count: int) -> Flags:
    """For each path which of `count` channels are on it."""
    seen = np.zeros((len(starts) - 1, count), np.bool_)
    seen[np.repeat(np.arange(len(starts) - 1), np.diff(starts)), steps] = True
    return seen


def fit_worth(sets: Flags, won: Flags) -> Worth | None:
    """A ridge logistic regression of winning on the channels there were (as Shao and Li 2011, penalised
    once rather than bagged). None where no path was won, or all were: there is nothing to tell apart.

    Paths with the same channels count together, in one order, so that the order of paths changes nothing.
    """
    if not won.any() or won.all():
        return None
    packed, place = np.unique(np.c_[sets, won], axis=0, return_inverse=True)
    weights = np.bincount(place.ravel()).astype(np.float64)
    x = np.c_[np.ones(len(packed)), packed[:, :-1].astype(np.float64)]
    penalty = np.r_[0.0, np.full(sets.shape[1], PENALTY)]
    found = fit(x, packed[:, -1].astype(np.float64), weights=weights, penalty=penalty)
    return Worth(float(found[0]), found[1:])


def drops(worth: Worth, sets: Flags) -> Real:
    """For each set and channel on it: by how much the chance falls without the channel."""
    whole = sets @ worth.coefficients
    without = worth.of(whole[:, None] - worth.coefficients[None, :])
    return np.where(sets, worth.of(whole)[:, None] - without, 0.0)


def sampled_shapley(worth: Worth, sets: Flags) -> tuple[Real, Real]:
    """For each set and channel on it the Shapley value of the fitted chance, and its Monte-Carlo error.

    The mean over drawn orders of what a channel adds to those before it (Castro, Gomez and Tejada 2009);
    the error is the standard deviation over orders by the root of their number. The same orders serve all
    sets of one size, drawn from a seed that is the size.
    """
    values, errors = np.zeros(sets.shape), np.zeros(sets.shape)
    sizes = sets.sum(axis=1)
    for size in np.unique(sizes[sizes > 0]):
        orders = np.argsort(np.random.default_rng(int(size)).random((DRAWS, size)), axis=1, kind="stable")
        rows = np.flatnonzero(sizes == size)
        for part in np.array_split(rows, -(-len(rows) * DRAWS * int(size) // _TOGETHER)):
            columns = np.nonzero(sets[part])[1].reshape(len(part), size)
            drawn = worth.coefficients[columns][:, orders]  # set, draw, place in the order
            said = worth.of(np.cumsum(drawn, axis=2))
            added = np.diff(said, axis=2, prepend=worth.of(np.zeros(1))[0])
            by_channel = np.empty_like(added)
            np.put_along_axis(by_channel, np.broadcast_to(orders, added.shape), added, axis=2)
            values[part[:, None], columns] = by_channel.mean(axis=1)
            errors[part[:, None], columns] = by_channel.std(axis=1, ddof=1) / np.sqrt(DRAWS)
    return values, errors

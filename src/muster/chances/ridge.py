"""Ridge logistic regression with weights, and how sure its coefficients are when accounts are drawn anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]

STEPS = 50
CLOSE = 1e-9  # the largest change of a coefficient at which the search has arrived
Z80 = 1.2815515655446004  # the normal quantile of an 80 % interval
LEAST = 1e-6  # a hair of penalty on every column: two columns that say the same still have one solution


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients, one a column, and their covariance between samples of accounts."""

    coefficients: Vector
    covariance: Matrix


def odds(chance: Vector) -> Vector:
    """Chances between 0 and 1 as log-odds."""
    return np.asarray(np.log(chance / (1.0 - chance)))


def chances(log_odds: Vector) -> Vector:
    """Log-odds as chances between 0 and 1."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -40.0, 40.0))))


def shown_chances(log_odds: Vector, loads: Matrix) -> tuple[Vector, Vector, Vector]:
    """The chances that log-odds are, and the ends of their 80 % intervals.

    `loads` times standard normal numbers is how log-odds would differ between samples of accounts.
    """
    reach = reach_80(loads)
    low, high = chances(log_odds - reach), chances(log_odds + reach)
    return np.round(chances(log_odds), 7), np.round(low, 6), np.round(high, 6)


def reach_80(loads: Matrix) -> Vector:
    """How far an 80 % interval of log-odds reaches to either side."""
    return np.asarray(Z80 * np.sqrt(np.square(loads).sum(axis=1)))


def fit(x: Matrix, y: Vector, *, weights: Vector, penalty: Vector, start: Vector | None = None) -> Vector:
    """The coefficients that minimise the weighted log loss plus half of penalty x square, column by column.

    Newton's method (iteratively reweighted least squares; Hoerl and Kennard 1970 for the ridge, le Cessie
    and van Houwelingen 1992 for the logistic one). The problem is convex: it has one solution.
    """
    found = np.zeros(x.shape[1]) if start is None else start.copy()
    held = penalty + LEAST
    for _ in range(STEPS):
        said = chances(x @ found)
        step = np.linalg.solve(
            _curvature(x, said, weights, held), x.T @ (weights * (said - y)) + held * found
        )
        found -= np.clip(step, -5.0, 5.0)
        if float(np.max(np.abs(step))) < CLOSE:
            break
    return found


def spread(
    x: Matrix, y: Vector, *, weights: Vector, penalty: Vector, at: Vector, groups: npt.NDArray[np.int64]
) -> Matrix:
    """The covariance of the coefficients when whole groups of rows (accounts) are drawn again.

    The bootstrap over groups to its first order (the infinitesimal jackknife, Efron 1982; the clustered
    sandwich of Liang and Zeger 1986): no draw, so nothing random in it.
    """
    said = chances(x @ at)
    pulls = x * (weights * (y - said))[:, None]
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(groups[order]) != 0])
    of_group = np.add.reduceat(pulls[order], starts, axis=0)
    bread = np.linalg.inv(_curvature(x, said, weights, penalty + LEAST))
    return np.asarray(bread @ (of_group.T @ of_group) @ bread)


def _curvature(x: Matrix, said: Vector, weights: Vector, held: Vector) -> Matrix:
    # A matrix times itself: half the sums of one times another.
    half = x * np.sqrt(weights * said * (1.0 - said))[:, None]
    return np.asarray(half.T @ half + np.diag(held))

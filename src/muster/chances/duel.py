"""Two models on the same rows: by how much one does better, were other accounts to be asked about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from muster.chances.ridge import Vector

DRAWS = 200
SEED = 20_110_804


@dataclass(frozen=True, slots=True)
class Duel:
    """What the second model gains on the first, the company as it is first, then each sample of accounts.

    `log_loss`: mean log loss of the first less that of the second. `precision`: average precision of the
    second less that of the first. Above 0 the second does better.
    """

    log_loss: Vector
    precision: Vector

    def low(self, gain: Vector, part: float) -> float:
        """Below this so small a part of samples lies."""
        return float(np.quantile(gain[1:], part))


def duel(
    first: Vector, second: Vector, *, opens: Vector, weights: Vector, accounts: npt.NDArray[np.object_]
) -> Duel:
    """Two models' log-odds of the same rows, set against what came.

    Whole accounts are drawn anew, both models judged on the same draws (the paired bootstrap over clusters,
    Efron 1979; Field and Welsh 2007). The draws are the same each time.
    """
    names, place = np.unique(accounts.astype(str), return_inverse=True)
    draw = np.random.default_rng(SEED)
    times = [np.ones(len(names))]
    times += [
        np.bincount(draw.integers(0, len(names), len(names)), minlength=len(names)).astype(np.float64)
        for _ in range(DRAWS)
    ]
    gained = _loss(first, opens) - _loss(second, opens)
    by_account = np.bincount(place, weights * gained, minlength=len(names))
    weight = np.bincount(place, weights, minlength=len(names))
    ranked = [_ranked(log_odds) for log_odds in (first, second)]
    precision = []
    for often in times:
        row = weights * often[place]
        own, other = (_average_precision(opens, row, *steps) for steps in ranked)
        precision.append(other - own)
    log_loss = [float(often @ by_account) / max(float(often @ weight), 1e-12) for often in times]
    return Duel(np.array(log_loss), np.array(precision))


def average_precision(log_odds: Vector, *, opens: Vector, weights: Vector) -> float:
    """The sum over thresholds of the gain in recall times the precision; equal scores are one threshold."""
    return _average_precision(opens, weights, *_ranked(log_odds))


def _loss(log_odds: Vector, opens: Vector) -> Vector:
    return np.asarray(np.logaddexp(0.0, np.where(opens > 0, -log_odds, log_odds)))


def _ranked(log_odds: Vector) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    order = np.argsort(-log_odds, kind="stable")
    return order, np.flatnonzero(np.r_[True, np.diff(log_odds[order]) != 0])


def _average_precision(
    opens: Vector, weights: Vector, order: npt.NDArray[np.int64], starts: npt.NDArray[np.int64]
) -> float:
    hits = np.add.reduceat((weights * opens)[order], starts)
    above = np.cumsum(np.add.reduceat(weights[order], starts))
    precision = np.divide(np.cumsum(hits), above, out=np.zeros(len(hits)), where=above > 0)
    return float((hits * precision).sum() / max(hits.sum(), 1e-12))

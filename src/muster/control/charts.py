"""Control charts as recursions over arrays: Laney's p', the moving average, the risk-adjusted CUSUM."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

D2 = 1.128  # mean range of two normal values, in standard deviations


@dataclass(frozen=True, slots=True)
class Limits:
    """What a p' chart is drawn with: the mean share, and how far shares spread beyond what chance gives."""

    mean: float
    spread: float

    def of(self, sizes: Vector, *, sigmas: float) -> tuple[Vector, Vector]:
        """Lower and upper limit of points of the given sizes, kept within 0 and 1."""
        reach = sigmas * self.spread * _sigma(self.mean, sizes)
        return np.maximum(self.mean - reach, 0.0), np.minimum(self.mean + reach, 1.0)

    def standing(self, counts: Vector, sizes: Vector) -> Vector:
        """Each point's distance from the mean, in standard deviations of this chart."""
        sigma = self.spread * _sigma(self.mean, sizes)
        away = counts / sizes - self.mean
        return np.where(sigma > 0, away / np.where(sigma > 0, sigma, 1.0), 0.0)


def laney(counts: Vector, sizes: Vector) -> Limits | None:
    """Limits of a p' chart from the points of a baseline; None with fewer than three points or no spread.

    sigma_i = sqrt(p(1-p)/n_i), z_i = (p_i - p)/sigma_i, spread = mean moving range of z / 1.128: the
    spread is 1 where counts vary as chance lets them, and the chart is then a p chart. Never below 1: a
    baseline that happened to be calm is no reason for narrower limits.

    Reference: Laney, "Improved control charts for attributes", Quality Engineering 14 (2002).
    """
    if len(counts) < 3:
        return None
    mean = float(counts.sum() / sizes.sum())
    sigma = _sigma(mean, sizes)
    if not (sigma > 0).all():
        return None
    z = (counts / sizes - mean) / sigma
    return Limits(mean, max(1.0, float(np.abs(np.diff(z)).mean()) / D2))


@dataclass(frozen=True, slots=True)
class Gaps:
    """What a g chart is drawn with: the mean gap, and the gaps beyond which chance alone seldom goes."""

    mean: float
    low: float
    high: float

    def scores(self, gaps: Vector) -> Vector:
        """Each gap as the normal value that is as rare: below 0 where defects follow each other closely."""
        stays = self.mean / (1 + self.mean)  # the chance that the next one is good, too
        middle = 1 - stays**gaps + stays**gaps * (1 - stays) / 2
        normal = NormalDist()
        return np.array([normal.inv_cdf(min(max(float(p), 1e-9), 1 - 1e-9)) for p in middle])


def between(gaps: Vector, *, sigmas: float) -> Gaps | None:
    """Limits of a g chart from the gaps of a baseline: good units between one defect and the next.

    Gaps are geometric, with p = 1/(1 + mean): P(G >= g) = (1 - p)^g. The limits are the gaps that chance goes
    beyond as often as a normal value goes beyond `sigmas`, each way; a lower one of 0 means that not even
    defects in a row are rare enough, and the average of `Gaps.scores` has to tell. None without a gap.

    Reference: Kaminsky, Benneyan, Davis and Burke, "Statistical control charts based on a geometric
    distribution", Journal of Quality Technology 24 (1992); probability limits as Benneyan (2001).
    """
    mean = float(gaps.mean()) if len(gaps) else 0.0
    if mean == 0:
        return None
    tail = NormalDist().cdf(-sigmas)
    stays = mean / (1 + mean)
    low = 0.0
    while 1 - stays ** (low + 1) < tail:
        low += 1
    return Gaps(mean, low, float(np.floor(log(tail) / log(stays))))


def moving_average(standing: Vector, *, part: float, sigmas: float) -> tuple[Vector, Vector]:
    """The exponentially weighted moving average of standardised points, and its limit at each of them.

    E_t = part x_t + (1 - part) E_(t-1), E_0 = 0; limit = sigmas sqrt(part/(2 - part) (1 - (1-part)^(2t))).

    Reference: Roberts (1959); limits as Lucas and Saccucci (1990).
    """
    found = np.zeros(len(standing))
    before = 0.0
    for t, x in enumerate(standing):
        before = part * float(x) + (1 - part) * before
        found[t] = before
    steps = np.arange(1, len(standing) + 1)
    return found, sigmas * np.sqrt(part / (2 - part) * (1 - (1 - part) ** (2 * steps)))


@dataclass(frozen=True, slots=True)
class Cusum:
    """Both sums after each unit, and where they reached the limit (and began anew)."""

    better: Vector
    worse: Vector
    alarm_better: Flags
    alarm_worse: Flags


def risk_adjusted(happened: Vector, expected: Vector, *, times: float, limit: float) -> Cusum:
    """The CUSUM of outcomes against the chance each had, so that a change of mix is no alarm.

    W_t = y_t ln R - ln(1 - p_t + R p_t), S_t = max(0, S_(t-1) + W_t); R = `times` for better, 1/`times` for
    worse. A sum that reaches `limit` raises an alarm and begins at 0 again.

    Reference: Steiner, Cook, Farewell and Treasure, Biostatistics 1 (2000).
    """
    better, alarm_better = _sum(happened, expected, times, limit)
    worse, alarm_worse = _sum(happened, expected, 1 / times, limit)
    return Cusum(better, worse, alarm_better, alarm_worse)


def _sum(happened: Vector, expected: Vector, ratio: float, limit: float) -> tuple[Vector, Flags]:
    weights = happened * log(ratio) - np.log(1 - expected + ratio * expected)
    found, alarms = np.zeros(len(weights)), np.zeros(len(weights), bool)
    before = 0.0
    for t, weight in enumerate(weights):
        before = max(0.0, before + float(weight))
        found[t], alarms[t] = before, before >= limit
        before = 0.0 if before >= limit else before
    return found, alarms


def sigma_level(defects: int, chances: int) -> float | None:
    """The process sigma, unshifted: the normal quantile of the share without a defect; None where endless.

    The conventional figure adds 1.5, for a drift that nobody measured.

    Reference: Harry and Schroeder, "Six Sigma" (2000).
    """
    if not 0 < defects < chances:
        return None
    return NormalDist().inv_cdf(1 - defects / chances)


def _sigma(mean: float, sizes: Vector) -> Vector:
    return np.asarray(np.sqrt(mean * (1 - mean) / sizes))

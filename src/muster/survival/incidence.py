"""Cumulative incidence of competing endings while some are open, and the mean time until any of them."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

OPEN = 0
Z = 1.959963984540054  # the 97.5 % point of the normal distribution
_HAIR = 1e-9
Vector = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Curve:
    """What happened at each time at which something ended: how many were at risk, and how many ended how.

    `ended` has a row for each ending, in the order of their numbers 1, 2, ...
    """

    times: npt.NDArray[Any]
    at_risk: Counts
    ended: Counts

    @property
    def left(self) -> Counts:
        """How many ended at each time, however."""
        return np.asarray(self.ended.sum(axis=0), np.int64)

    @property
    def surviving(self) -> Vector:
        """The part still open after each time (Kaplan and Meier 1958)."""
        return np.asarray(np.cumprod((self.at_risk - self.left) / self.at_risk), np.float64)

    @property
    def before(self) -> Vector:
        """The part still open just before each time."""
        return np.concatenate([[1.0], self.surviving])[:-1]

    def incidence(self, ending: int) -> Vector:
        """F(t) = sum over u <= t of S(u-) d(u) / n(u) after each time t (Aalen and Johansen 1978)."""
        return np.cumsum(self.before * self.ended[ending - 1] / self.at_risk)

    def share(self, ending: int) -> float:
        """The incidence of an ending after the last time; 0 where nothing ended."""
        return float(self.incidence(ending)[-1]) if len(self.times) else 0.0

    def variance(self, ending: int) -> float:
        """The Greenwood-type variance of `share` (Marubini and Valsecchi 1995)."""
        if not len(self.times):
            return 0.0
        n, d, left = (c.astype(np.float64) for c in (self.at_risk, self.ended[ending - 1], self.left))
        incidence = self.incidence(ending)
        to_come = incidence[-1] - incidence
        found = (
            (to_come**2 * left / (n * np.maximum(n - left, 1e-12))).sum()
            + (self.before**2 * d * (n - d) / n**3).sum()
            - 2 * (to_come * self.before * d / n**2).sum()
        )
        return max(float(found), 0.0)

    def interval(self, ending: int) -> tuple[float | None, float | None]:
        """The log(-log) interval of `share` at 95 %; none where it has no spread."""
        share, variance = self.share(ending), self.variance(ending)
        # Parts that add up to all of it may miss 1 by a rounding: all is all, and has no spread.
        if not _HAIR < share < 1 - _HAIR or variance <= 0:
            return None, None
        reach = Z * sqrt(variance) / (share * log(share))
        low, high = share ** exp(-reach), share ** exp(reach)
        return min(low, high), max(low, high)

    def restricted_mean(self, until: float) -> float:
        """The mean time open, counting no more than `until` of any: the area under S up to there."""
        inside = self.times < until
        edges = np.concatenate([[0.0], self.times[inside].astype(np.float64), [float(until)]])
        heights = np.concatenate([[1.0], self.surviving[inside]])
        return float((heights * np.diff(edges)).sum())


def curve(watched: npt.NDArray[Any], ending: Counts, *, endings: int = 2) -> Curve:
    """The curve of what was watched for so long and ended so: 1, 2, ... `endings`, or OPEN.

    What was censored at a time was at risk at that time (ties: endings first), as textbooks have it.

    >>> curve(np.array([5, 5, 9]), np.array([1, 0, 2])).at_risk.tolist()
    [3, 1]
    """
    times = np.unique(watched[ending != OPEN])
    at_risk = len(watched) - np.searchsorted(np.sort(watched), times, side="left")
    ended = np.zeros((endings, len(times)), np.int64)
    over = ending != OPEN
    np.add.at(ended, (ending[over] - 1, np.searchsorted(times, watched[over])), 1)
    return Curve(times, at_risk.astype(np.int64), ended)


def until(watched: npt.NDArray[Any], ending: Counts, *, horizon: float) -> tuple[npt.NDArray[Any], Counts]:
    """The same as if nobody had looked later than `horizon`: what ended later was open then."""
    return np.minimum(watched, horizon), np.where(watched > horizon, OPEN, ending)


def wilson(reached: int, decided: int) -> tuple[float | None, float | None, float | None]:
    """The share reached / decided with its 95 % interval after Wilson (1927); none of nobody.

    >>> [round(x, 3) for x in wilson(8, 40)]
    [0.2, 0.105, 0.348]
    """
    if not decided:
        return None, None, None
    share = reached / decided
    centre = share + Z * Z / (2 * decided)
    spread = Z * sqrt(share * (1 - share) / decided + Z * Z / (4 * decided * decided))
    scale = 1 + Z * Z / decided
    # At none and at all the formula's own end is exact; rounding must not move it.
    low = 0.0 if reached == 0 else (centre - spread) / scale
    high = 1.0 if reached == decided else (centre + spread) / scale
    return share, low, high

"""Two sides compared on the same openings: earlier by how many days, and which side caught more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, sqrt

import numpy as np

_Z = 1.959963984540054  # the 97.5 % point of the normal distribution
_EXACT = 50  # pairs up to which the signed-rank distribution is counted out


@dataclass(frozen=True, slots=True)
class Shift:
    """A typical difference and its 95 % interval, in the unit of the differences; `pairs` it rests on."""

    value: float
    low: float
    high: float
    pairs: int


def hodges_lehmann(differences: Sequence[float]) -> Shift | None:
    """The median of all pairwise means of the differences, with its distribution-free interval.

    Hodges and Lehmann (1963); the interval is that of Wilcoxon's signed ranks (Hollander and Wolfe, 1973),
    counted out for few pairs, else by the normal approximation. With fewer than six pairs no 95 % interval
    exists: it is the whole range of the means. None of no pairs.
    """
    n = len(differences)
    if not n:
        return None
    values = np.sort(np.asarray(differences, np.float64))
    rows, columns = np.triu_indices(n)
    means = np.sort((values[rows] + values[columns]) / 2)
    cut = _lower_rank(n)
    return Shift(float(np.median(means)), float(means[cut]), float(means[len(means) - 1 - cut]), n)


def _lower_rank(n: int) -> int:
    """How many of the ordered pairwise means lie below the interval."""
    most = n * (n + 1) // 2
    if n > _EXACT:
        spread = sqrt(n * (n + 1) * (2 * n + 1) / 24)
        return max(int(most / 2 - _Z * spread) - 1, 0)
    ways = np.zeros(most + 1, np.float64)
    ways[0] = 1.0
    for rank in range(1, n + 1):
        ways[rank:] += ways[:-rank].copy()
    below = np.cumsum(ways) / 2.0**n
    return max(int(np.searchsorted(below, 0.025, side="right")) - 1, 0)


def mcnemar(only_left: int, only_right: int) -> float:
    """How likely at least so uneven a split is, were either side as likely to be the one: two-sided, exact.

    McNemar (1947) in its exact form. `only_left` and `only_right` count what one side alone caught.

    >>> round(mcnemar(2, 12), 4)
    0.0129
    """
    n, fewer = only_left + only_right, min(only_left, only_right)
    if n == 0:
        return 1.0
    tail = sum(comb(n, k) for k in range(fewer + 1))
    return min(2 * tail / (1 << n), 1.0)

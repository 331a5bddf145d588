"""A share's 95 % interval after Wilson (1927): honest for small counts, never outside 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054  # the 97.5 % point of the normal distribution
FEWEST = 5  # decided cases below which no share is written, only its counts


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share of decided cases, with the ends of its interval."""

    value: float
    low: float
    high: float


def estimate(reached: int, decided: int) -> Estimate | None:
    """The share reached / decided with its interval; None where fewer than five are decided.

    >>> e = estimate(8, 40)
    >>> round(e.value, 3), round(e.low, 3), round(e.high, 3)
    (0.2, 0.105, 0.348)
    """
    if decided < FEWEST:
        return None
    share = reached / decided
    centre = share + Z * Z / (2 * decided)
    spread = Z * sqrt(share * (1 - share) / decided + Z * Z / (4 * decided * decided))
    scale = 1 + Z * Z / decided
    # At none and at all the formula's own end is exact; rounding must not move it.
    low = 0.0 if reached == 0 else (centre - spread) / scale
    high = 1.0 if reached == decided else (centre + spread) / scale
    return Estimate(share, low, high)

"""A share's 95 % interval after Wilson (1927): honest for small counts, never outside 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass

from muster.survival.incidence import wilson

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
    share, low, high = wilson(reached, decided)
    assert share is not None and low is not None and high is not None
    return Estimate(share, low, high)

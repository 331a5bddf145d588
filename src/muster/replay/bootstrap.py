"""Intervals: what the figures would be, had other accounts of the kind been there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
DRAWS = 1_000
_SEED = 20_260_101


def weights(accounts: Sequence[str]) -> Ints:
    """How often each account counts in each draw: accounts x DRAWS, each weight Poisson with mean 1.

    Hanley and MacGibbon (2006). `accounts` are told apart by what does not change with a run (their first
    act): each draws on its own, so one account more or less leaves the draws of the others alone.
    """
    drawn = np.empty((len(accounts), DRAWS), np.int64)
    for place, account in enumerate(accounts):
        digest = hashlib.sha256(f"{_SEED} {account}".encode()).digest()
        drawn[place] = np.random.default_rng(int.from_bytes(digest[:8], "big")).poisson(1.0, DRAWS)
    return drawn


def totals(tallies: Ints, drawn: Ints) -> Ints:
    """The sums of every draw: DRAWS x columns, whole numbers throughout. `tallies` is accounts x columns."""
    summed: Ints = drawn.T @ tallies
    return summed


def interval(sums: Ints, figure: Callable[[Ints], float | None]) -> tuple[float, float] | None:
    """The middle 95 % of a figure over the draws; None where a twentieth of the draws cannot tell it."""
    found = [value for row in sums if (value := figure(row)) is not None]
    if len(found) < len(sums) * 0.95:
        return None
    ordered = np.sort(np.asarray(found, np.float64))
    return float(ordered[_at(len(ordered), 0.025)]), float(ordered[_at(len(ordered), 0.975)])


def whole_interval(sums: Ints, column: int) -> tuple[int, int]:
    """The middle 95 % of a sum of whole numbers (cents, counts), exactly."""
    ordered = np.sort(sums[:, column])
    return int(ordered[_at(len(ordered), 0.025)]), int(ordered[_at(len(ordered), 0.975)])


def _at(count: int, part: float) -> int:
    """The place of a percentile by nearest rank."""
    return min(max(int(np.ceil(part * count)) - 1, 0), count - 1)

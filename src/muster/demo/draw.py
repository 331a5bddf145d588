"""Chance with a memory: every draw comes from a named seed, so the same company appears again."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

T = TypeVar("T")

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
# Busy hours of a working day, UTC, for a vendor that sells on both sides of the Atlantic.
_HOURS = (7, 8, 8, 9, 9, 10, 10, 11, 12, 13, 13, 14, 14, 15, 15, 16, 17, 18, 20)


class Draw:
    """A stream of draws belonging to one subject (an account, the marketing plan, the dirt).

    Each subject has its own stream, so a change to one leaves the others as they were.
    """

    def __init__(self, *key: object) -> None:
        self._random = random.Random(":".join(str(part) for part in key))  # noqa: S311 (no secret is made)

    def chance(self, probability: float) -> bool:
        """Say yes with the given probability."""
        return self._random.random() < probability

    def pick(self, options: Sequence[T]) -> T:
        """Take one of the options, each as likely as the next."""
        return options[int(self._random.random() * len(options))]

    def some(self, options: Sequence[T], count: int) -> list[T]:
        """Take up to `count` different options, in the order drawn."""
        return self._random.sample(list(options), min(count, len(options)))

    def weigh(self, weights: Mapping[T, float]) -> T:
        """Take one key with a probability proportional to its weight."""
        return self._random.choices(list(weights), weights=list(weights.values()))[0]

    def between(self, low: float, high: float) -> float:
        """Draw a number between two others."""
        return low + (high - low) * self._random.random()

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number from low to high, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def spread(self, median: float, sigma: float) -> float:
        """Draw from a log-normal around a median: sizes and amounts."""
        return median * math.exp(sigma * self._random.gauss(0.0, 1.0))

    def count(self, mean: float) -> int:
        """Draw how often something happens in a stretch of time with this mean (Poisson)."""
        limit, product, n = math.exp(-mean), self._random.random(), 0
        while product > limit:
            product *= self._random.random()
            n += 1
        return n

    def at_work(self, day: datetime) -> datetime:
        """Draw an instant in working hours on that day, or on the Monday after a weekend."""
        day = day.replace(hour=0, minute=0, second=0, microsecond=0)
        if day.weekday() >= 5 and not self.chance(0.1):
            day += timedelta(days=7 - day.weekday())
        seconds = self.whole(0, 3599)
        return day + timedelta(hours=self.pick(_HOURS), seconds=seconds)

    def code(self, length: int) -> str:
        """Draw an opaque id in small letters and digits, as web tools make them."""
        return "".join(self.pick("0123456789abcdefghijklmnopqrstuvwxyz") for _ in range(length))

    def record_id(self, prefix: str) -> str:
        """Draw an 18-character record id as a CRM shows it; it says nothing but its object."""
        short = prefix + "Hd0" + "".join(self.pick(_LETTERS) for _ in range(9))
        return short + id_suffix(short)


def id_suffix(short: str) -> str:
    """Work out the three letters that make a 15-character id safe to compare without case."""
    chunks = (short[start : start + 5] for start in range(0, 15, 5))
    return "".join(
        _SUFFIX[sum(1 << place for place, c in enumerate(chunk) if c.isupper())] for chunk in chunks
    )

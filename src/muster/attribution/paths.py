"""Paths of channels with what came of them, as flat arrays: a million journeys are a few dozen megabytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

AT_ONCE = 1 << 20  # steps looked at together: bounds memory, and keeps sums of 31 bits exact in a double
_EXACT = float(1 << 53)
_MOST = 4e18  # what whole numbers of 64 bits hold, with room


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths, each with the journeys that took it: how many converted, their value, how many did not.

    `steps` holds the paths one after another, as places in `channels` (in alphabetical order);
    path i is `steps[starts[i]:starts[i + 1]]`. `value` is in units of 10^-`decimals`. The same path may
    stand in several rows.
    """

    channels: tuple[str, ...]
    steps: Codes
    starts: Whole
    conversions: Whole
    value: Whole
    nulls: Whole
    decimals: int = 0

    def __post_init__(self) -> None:
        """Raises OverflowError where sums would leave 64 bits."""
        for amounts in (self.conversions, self.value, self.nulls):
            if float(np.abs(amounts).astype(np.float64) @ self.lengths) > _MOST:
                raise OverflowError("the sums of these paths have more than 18 digits")

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> Whole:
        """Steps of each path."""
        return np.diff(self.starts)

    def spans(self, cells_a_path: int = 1) -> Iterator[Paths]:
        """The paths in parts of bounded size, one after another."""
        first = 0
        while first < len(self):
            last = int(np.searchsorted(self.starts, self.starts[first] + AT_ONCE, side="right")) - 1
            last = min(max(last, first + 1), first + max(1, 8 * AT_ONCE // cells_a_path))
            yield self._part(first, last)
            first = last

    def _part(self, first: int, last: int) -> Paths:
        begin, end = int(self.starts[first]), int(self.starts[last])
        return Paths(
            self.channels,
            self.steps[begin:end],
            self.starts[first : last + 1] - begin,
            self.conversions[first:last],
            self.value[first:last],
            self.nulls[first:last],
            self.decimals,
        )


def paths_of(rows: Iterable[tuple[str, int] | tuple[str, int, int] | tuple[str, int, int, int]]) -> Paths:
    """Paths from rows of text: `a > b`, conversions, whole value, journeys that did not convert.

    >>> paths_of([("b > a", 2), ("a", 1, 10, 3)]).channels
    ('a', 'b')
    """
    told = [(row[0].split(" > "), *row[1:], *(0,) * (4 - len(row))) for row in rows]
    channels = tuple(sorted({channel for steps, *_ in told for channel in steps}))
    place = {channel: number for number, channel in enumerate(channels)}
    conversions, value, nulls = (np.array([row[column] for row in told], np.int64) for column in (1, 2, 3))
    return Paths(
        channels,
        np.array([place[channel] for steps, *_ in told for channel in steps], np.int32),
        np.cumsum([0, *(len(steps) for steps, *_ in told)], dtype=np.int64),
        conversions,
        value,
        nulls,
    )


def exact_sums(keys: Whole, amounts: Whole, size: int) -> Whole:
    """The sum of `amounts` for each key below `size`, exact to the last unit."""
    if not len(amounts) or float(np.abs(amounts).max()) * len(amounts) < _EXACT:
        return np.bincount(keys, weights=amounts, minlength=size).astype(np.int64)
    high = np.bincount(keys, weights=amounts >> 31, minlength=size).astype(np.int64)
    low = np.zeros(size, np.int64)
    for begin in range(0, len(keys), AT_ONCE):
        part = slice(begin, begin + AT_ONCE)
        low += np.bincount(keys[part], weights=amounts[part] & 0x7FFFFFFF, minlength=size).astype(np.int64)
    return (high << 31) + low

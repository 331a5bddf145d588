"""A Markov chain of order k counted from paths: whole-number counts, so the same in any order of rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from muster.attribution.paths import Paths, Whole, exact_sums

Real = npt.NDArray[np.float64]
_DENSE = 1 << 21  # keys that are counted in an array; above, they are sorted


@dataclass(frozen=True, slots=True)
class Chain:
    """States 0 (the start) to n - 1, the moves between them, and how likely each converts next.

    `channel` is the channel a state has just reached (-1 at the start). Move j goes from state `source[j]`
    to `target[j]` with chance `chance[j]`; a state converts next with chance `wins`, and with what is left
    of 1 the journey ends without.
    """

    channel: Whole
    source: Whole
    target: Whole
    chance: Real
    wins: Real

    def __len__(self) -> int:
        return len(self.channel)


def count_chain(paths: Paths, order: int) -> Chain:
    """The chain whose states are the last `order` channels, consecutive repeats counted as one.

    Near the start of a path a state is as many channels as there are. Raises ValueError where the channels
    are too many for states of that order to be numbered.
    """
    base = len(paths.channels) + 1
    if base ** (order + 1) >= 1 << 62:
        raise ValueError(f"{base - 1:,} channels are too many for order {order}")
    moves, ends = [], []
    for part in paths.spans():
        keys, path = _keys(part, base, order)
        ended = np.r_[path[1:] != path[:-1], True] if len(path) else np.zeros(0, np.bool_)
        journeys = part.conversions + part.nulls
        moves.append((keys, journeys[path]))
        last = keys[ended] % base**order
        ends.append((last, journeys[path[ended]], part.conversions[path[ended]]))
    move, taken = _sums_by_key(moves, base ** (order + 1))
    end, ended_here, converted = _sums_by_key(ends, base**order)
    taken_at_all = taken > 0  # a row of no journey says nothing
    move, taken = move[taken_at_all], taken[taken_at_all]
    states = np.unique(np.r_[0, move // base, move % base**order])
    source, target = np.searchsorted(states, move // base), np.searchsorted(states, move % base**order)
    known = ended_here > 0
    place = np.searchsorted(states, end[known])
    wins, out = np.zeros(len(states), np.int64), np.zeros(len(states), np.int64)
    wins[place], out[place] = converted[known], ended_here[known]
    np.add.at(out, source, taken)
    leaving = np.maximum(out, 1)
    return Chain(states % base - 1, source, target, taken / leaving[source], wins / leaving)


def _keys(part: Paths, base: int, order: int) -> tuple[Whole, Whole]:
    """For each step that is no repeat: its channel and the `order` before it as one number; and its path."""
    path = np.repeat(np.arange(len(part)), part.lengths)
    new = np.ones(len(part.steps), np.bool_)
    new[1:] = (part.steps[1:] != part.steps[:-1]) | (path[1:] != path[:-1])
    digits, path = part.steps[new].astype(np.int64) + 1, path[new]
    keys = digits.copy()
    for back in range(1, order + 1):
        same = path[back:] == path[:-back]
        keys[back:] += np.where(same, digits[:-back], 0) * base**back
    return keys, path


def _sums_by_key(parts: Iterable[tuple[Whole, ...]], size: int) -> tuple[Whole, ...]:
    """The keys there are, in order, and the sums of each column of amounts for them."""
    if size <= _DENSE:
        sums: list[Whole] = []
        for keys, *amounts in parts:
            found = [exact_sums(keys, column, size) for column in amounts]
            sums = [a + b for a, b in zip(sums, found, strict=True)] if sums else found
        there = np.flatnonzero(sums[0])
        return (there, *(column[there] for column in sums))
    reduced = [_reduced(*part) for part in parts]
    return _reduced(*(np.concatenate(columns) for columns in zip(*reduced, strict=True)))


def _reduced(keys: Whole, *amounts: Whole) -> tuple[Whole, ...]:
    there, place = np.unique(keys, return_inverse=True)
    return (there, *(exact_sums(place, column, len(there)) for column in amounts))

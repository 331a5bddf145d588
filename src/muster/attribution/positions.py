"""Models that look at the place of a step in its path: first, last, linear, and 40/20/40."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from muster.attribution.parts import Grid, over_divisors
from muster.attribution.paths import Paths, Whole, exact_sums

Parts = list[Fraction]


@dataclass(frozen=True, slots=True)
class Tally:
    """What a model gives each channel, exactly: conversions, and value in the units of its paths."""

    conversions: Parts
    value: Parts


def by_position(paths: Paths) -> dict[str, Tally]:
    """`first`, `last`, `linear` and `position_40_20_40` of all paths.

    `first` and `last` give everything to that step. `linear` gives 1/n to each of n steps; a channel that
    comes twice counts twice. `position_40_20_40` gives 40 % to the first step, 40 % to the last and 20 % to
    those between in equal parts; a path of two is halved, a path of one is whole (the U shape of Google
    Analytics' position-based model, 2011).
    """
    conversions, value = _sums(paths, paths.conversions), _sums(paths, paths.value)
    return {name: Tally(conversions[name], value[name]) for name in conversions}


def _sums(paths: Paths, amounts: Whole) -> dict[str, Parts]:
    count, longest = len(paths.channels), int(paths.lengths.max(initial=1))
    size = count * (longest + 1)
    every, first, last = (np.zeros(size, np.int64) for _ in range(3))
    if amounts.any():
        begin = 0
        for part in paths.spans():
            mine = amounts[begin : begin + len(part)]
            begin += len(part)
            lengths, steps = part.lengths, part.steps.astype(np.int64) * (longest + 1)
            every += exact_sums(steps + np.repeat(lengths, lengths), np.repeat(mine, lengths), size)
            first += exact_sums(steps[part.starts[:-1]] + lengths, mine, size)
            last += exact_sums(steps[part.starts[1:] - 1] + lengths, mine, size)
    shape = (count, longest + 1)
    whole = [1] * (longest + 1)
    return {
        "first": over_divisors(first.reshape(shape), whole),
        "last": over_divisors(last.reshape(shape), whole),
        "linear": over_divisors(every.reshape(shape), range(longest + 1)),
        "position_40_20_40": _ends_and_middle(
            every.reshape(shape), ends=(first + last).reshape(shape), longest=longest
        ),
    }


def _ends_and_middle(every: Grid, *, ends: Grid, longest: int) -> Parts:
    """Short paths are linear; of the others the ends get 2/5 each, the n - 2 between 1/5 together."""
    short = over_divisors(every[:, :3], range(3))
    at_ends = over_divisors(ends[:, 3:], [1] * (longest - 2))
    between = over_divisors((every - ends)[:, 3:], range(1, longest - 1))
    return [
        s + Fraction(2, 5) * e + Fraction(1, 5) * b for s, e, b in zip(short, at_ends, between, strict=True)
    ]

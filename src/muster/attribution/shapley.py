"""Shapley values of the coalition game of paths, in closed form: an equal split over each path's channels."""

from __future__ import annotations

import numpy as np

from muster.attribution.parts import over_divisors
from muster.attribution.paths import Paths, exact_sums
from muster.attribution.positions import Tally


def shapley(paths: Paths) -> Tally:
    """What Shapley (1953) gives each channel when a set of channels is worth the paths that need no other.

    The game: v(S) is what was won on paths whose channels all lie in S. It is a sum of one unanimity game
    for each path, and in such a game all players are alike; so the value is exactly 1/m of each path's
    worth to each of its m different channels (Zhao, Mahboobi and Bagheri 2018). No sampling, no error: but
    also no more than that equal split, however often or late a channel came.
    """
    count = len(paths.channels)
    most = int(min(paths.lengths.max(initial=1), count))
    conversions, value = np.zeros((2, count * (most + 1)), np.int64)
    for part in paths.spans(cells_a_path=count):
        cells = np.repeat(np.arange(len(part)) * count, part.lengths) + part.steps
        seen = np.zeros(len(part) * count, np.bool_)
        seen[cells] = True
        different = seen.reshape(len(part), count).sum(axis=1)
        path, channel = np.divmod(np.flatnonzero(seen), count)
        keys = channel * (most + 1) + different[path]
        conversions += exact_sums(keys, part.conversions[path], len(conversions))
        value += exact_sums(keys, part.value[path], len(value))
    divisors = range(most + 1)
    return Tally(
        over_divisors(conversions.reshape(count, most + 1), divisors),
        over_divisors(value.reshape(count, most + 1), divisors),
    )

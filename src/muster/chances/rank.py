"""Where a row stands among all of its Monday, and where it might stand were other accounts learnt from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from muster.chances.ridge import Matrix, Vector

Ints = npt.NDArray[np.int64]
TOLD = 250  # so many of the best have an interval: who is the 5,000th of 9,000 is nobody's question
AMONG = 1_000  # they are compared with so many of the best; whoever is further down rarely overtakes them
DRAWS = 40  # half of them the other half's mirror image
NOT_TOLD = -1


def ranks(log_odds: Vector, loads: Matrix) -> tuple[Ints, Ints, Ints]:
    """Rank of each row, 1 the highest, and the ends of its 80 % interval (`NOT_TOLD` below the best).

    `loads` times standard normal numbers is how log-odds would differ between samples of accounts, all rows
    at once (the bootstrap over accounts to its first order, as for the chances themselves). The numbers are
    the same each time, so that the same rows have the same ranks. Equal rows share the better rank.
    """
    said = np.round(log_odds, 9)
    rank = _places(said, said)
    low, high = np.full(len(rank), NOT_TOLD), np.full(len(rank), NOT_TOLD)
    best = np.flatnonzero(rank <= AMONG)
    shown = np.flatnonzero(rank[best] <= TOLD)
    half = np.random.default_rng(20_130_917).standard_normal((loads.shape[1], DRAWS // 2))
    moves = loads[best] @ half
    drawn = np.empty((DRAWS, len(shown)), dtype=np.int64)
    for number in range(DRAWS):
        move = moves[:, number // 2] * (1 if number % 2 else -1)
        moved = np.round(said[best] + move, 9)
        drawn[number] = _places(moved, moved[shown])
    drawn.sort(axis=0)
    told = best[shown]
    low[told] = np.minimum(drawn[DRAWS // 10], rank[told])
    high[told] = np.maximum(drawn[DRAWS - 1 - DRAWS // 10], rank[told])
    return rank, low, high


def _places(rows: Vector, of: Vector) -> Ints:
    """The place of each value among the rows, 1 the highest."""
    return np.searchsorted(np.sort(-rows), -of, side="left") + 1

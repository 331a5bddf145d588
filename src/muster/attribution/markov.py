"""How much rarer conversion would be in a Markov chain that loses its way at a channel: removal effects."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from muster.attribution.chain import Chain, Real, count_chain
from muster.attribution.paths import Paths, Whole

DIRECT = 1_500  # states up to which the linear system is solved at once; above, step by step
ALL_GONE = 1e-15  # of all journeys: fewer than these still under way change no digit that is printed
TOGETHER = 16  # channels followed at once


def removal_effects(paths: Paths, order: int) -> Real:
    """For each channel 1 - P(conversion with the channel) / P(conversion), between 0 and 1.

    With the channel means: every journey that reaches it ends without converting (Anderl, Becker, von
    Wangenheim and Schumann 2016). Chances of conversion are x = (I - Q)^-1 b, solved, not simulated; journeys
    that did not convert count where the paths have them. One thread does the sums, so that every run gives
    the same digits.
    """
    if not len(paths):
        return np.zeros(len(paths.channels))
    chain = count_chain(paths, order)
    if not len(chain.source):  # no journey took any of the paths
        return np.zeros(len(paths.channels))
    with threadpool_limits(limits=1, user_api="blas"):
        if len(chain) <= DIRECT:
            return _solved(chain, len(paths.channels))
        return _followed(chain, len(paths.channels))


def _solved(chain: Chain, count: int) -> Real:
    """By one inverse. What is lost with a channel is what passes through its states: the chance h to come
    to each of them first, times the chance x to convert from there. h comes from the visits u that the
    start makes to them and the visits M they make to each other: h M = u."""
    system = np.eye(len(chain))
    system[chain.source, chain.target] -= chain.chance
    visits = np.linalg.inv(system)
    x = visits @ chain.wins
    effects = np.zeros(count)
    if x[0] > 0:
        for channel, states in _states_by_channel(chain):
            first = np.linalg.solve(visits[np.ix_(states, states)].T, visits[0, states])
            effects[channel] = first @ x[states] / x[0]
    return np.asarray(np.clip(effects, 0.0, 1.0))


def _followed(chain: Chain, count: int) -> Real:
    """Step by step: where all journeys are after one step, two, ..., until none is under way. What has
    converted by then is short of the truth by no more than those left, fewer than 1e-15 of all."""
    order = np.lexsort((chain.source, chain.target))
    source, target, chance = chain.source[order], chain.target[order], chain.chance[order]
    begins = np.flatnonzero(np.r_[True, target[1:] != target[:-1]])
    reached = target[begins]
    x = np.zeros(count + 1)
    for begin in range(0, count + 1, TOGETHER):
        lost = np.arange(begin, min(begin + TOGETHER, count + 1)) - 1  # -1: no channel is lost
        kept = (chain.channel[None, :] != lost[:, None]) | (lost[:, None] < 0)
        under_way = np.zeros((len(lost), len(chain)))
        under_way[:, 0] = 1.0
        while float(under_way.sum(axis=1).max()) >= ALL_GONE:
            x[lost + 1] += under_way @ chain.wins
            moved = np.add.reduceat(under_way[:, source] * chance, begins, axis=1)
            under_way = np.zeros_like(under_way)
            under_way[:, reached] = moved
            under_way *= kept
    return np.asarray(np.clip(1.0 - x[1:] / x[0], 0.0, 1.0)) if x[0] > 0 else np.zeros(count)


def _states_by_channel(chain: Chain) -> list[tuple[int, Whole]]:
    order = np.argsort(chain.channel, kind="stable")
    channels, begins = np.unique(chain.channel[order], return_index=True)
    parts = np.split(order, begins[1:])
    return [(int(channel), part) for channel, part in zip(channels, parts, strict=True) if channel >= 0]

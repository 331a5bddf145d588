"""Models that learn from all paths: Markov chains, a logistic regression, and Shapley values of its chances.

Won paths are weighed against those that did not win: lost opportunities, and groups that fell silent without
one. What is open teaches nothing. What a channel is given on a path its touches there share equally. An
opportunity on whose path no channel counts for anything stays unattributed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from muster.attribution.logit import Flags, Worth, channel_sets, drops, fit_worth, sampled_shapley
from muster.attribution.markov import removal_effects
from muster.attribution.paths import Paths
from muster.plugins import NOT_WON, OPEN, WON, AttributionModel, Effect, TouchPaths, Weighed

Real = npt.NDArray[np.float64]


def markov(paths: TouchPaths, order: int) -> Weighed:
    """Each channel weighs its removal effect in a Markov chain of that order over all paths."""
    closed = paths.outcomes != OPEN
    counted = Paths(
        paths.channels,
        paths.steps,
        paths.starts,
        (paths.outcomes == WON).astype(np.int64),
        np.zeros(len(closed), np.int64),
        (paths.outcomes == NOT_WON).astype(np.int64),
    )
    effects = removal_effects(counted, order)
    shared = np.broadcast_to(effects, (len(closed), len(effects)))
    told = {c: Effect(float(e)) for c, e in zip(paths.channels, effects, strict=True)}
    return Weighed(_over_touches(paths, shared), "removal effect", told)


def logit(paths: TouchPaths) -> Weighed:
    """Each channel weighs what the fitted chance of winning would lose without it on this path."""
    sets = channel_sets(paths.steps, paths.starts, len(paths.channels))
    worth = _fitted(paths, sets)
    if worth is None:
        return Weighed(np.zeros(len(paths.steps)), "log-odds")
    told = {c: Effect(float(b)) for c, b in zip(paths.channels, worth.coefficients, strict=True)}
    return Weighed(_over_touches(paths, drops(worth, sets)), "log-odds", told)


def shapley_fitted(paths: TouchPaths) -> Weighed:
    """Each channel weighs its Shapley value in the game of this path's channels, a set's worth being the
    fitted chance of winning. The effect told is the mean over won paths that the channel is on; its error is
    at most the mean of the Monte-Carlo errors there."""
    sets = channel_sets(paths.steps, paths.starts, len(paths.channels))
    worth = _fitted(paths, sets)
    if worth is None:
        return Weighed(np.zeros(len(paths.steps)), "share of the fitted chance")
    different, place = np.unique(sets[: paths.deals], axis=0, return_inverse=True)
    values, errors = sampled_shapley(worth, different)
    values, errors = values[place.ravel()], errors[place.ravel()]
    given = np.zeros(sets.shape)
    given[: paths.deals] = values
    won = paths.outcomes[: paths.deals] == WON
    told = {}
    for number, channel in enumerate(paths.channels):
        on = won & sets[: paths.deals, number]
        if on.any():
            told[channel] = Effect(float(values[on, number].mean()), float(errors[on, number].mean()))
    return Weighed(_over_touches(paths, given), "share of the fitted chance", told)


def _fitted(paths: TouchPaths, sets: Flags) -> Worth | None:
    closed = paths.outcomes != OPEN
    with threadpool_limits(limits=1, user_api="blas"):
        return fit_worth(sets[closed], paths.outcomes[closed] == WON)


def _over_touches(paths: TouchPaths, given: Real) -> Real:
    """What each path gives each channel, shared by the channel's touches on it; less than 0 is nothing."""
    count = len(paths.channels)
    path = np.repeat(np.arange(len(paths.outcomes)), np.diff(paths.starts))
    cell = path * count + paths.steps
    touches = np.bincount(cell, minlength=1)
    return np.asarray(np.maximum(given[path, paths.steps], 0.0) / touches[cell])


def _of_order(order: int) -> Callable[[TouchPaths], Weighed]:
    return partial(markov, order=order)


MARKOV_1 = AttributionModel("markov_1", function=_of_order(1))
MARKOV_2 = AttributionModel("markov_2", function=_of_order(2))
MARKOV_3 = AttributionModel("markov_3", function=_of_order(3))
LOGIT = AttributionModel("logit", function=logit)
SHAPLEY_FITTED = AttributionModel("shapley_fitted", function=shapley_fitted)

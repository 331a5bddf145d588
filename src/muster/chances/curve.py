"""A rising curve that bends log-odds to what came of accounts no fit had seen, where no line meets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from muster.chances.ridge import LEAST, Matrix, Vector, chances
from muster.chances.told import Weight, told

KNOTS = 8  # so that between two of them a ninth of the rows that opened lies
STIFF = 10.0  # the penalty on how much steeper a piece is than the one before it, squared
LEAST_SLOPE = 0.5  # who stood above another stays there, by half as much at least
STEPS, CLOSE = 100, 1e-7
NAME = "curve"


@dataclass(frozen=True, slots=True)
class Curve:
    """Straight pieces, one after the other, that meet at knots; `at` is its height over the first of them.

    Without knots it changes nothing.
    """

    knots: Vector
    slopes: Vector  # one more than knots: below the first, between two, beyond the last
    at: float

    def __call__(self, x: Vector) -> Vector:
        """The curve's height over each value."""
        if not len(self.knots):
            return x
        found = np.full(len(x), self.at)
        for piece, slope in zip(_pieces(x, self.knots), self.slopes, strict=True):
            found += slope * piece
        return found

    def steepness(self, x: Vector) -> Vector:
        """The slope of the piece that each value lies in."""
        if not len(self.knots):
            return np.ones(len(x))
        return np.asarray(self.slopes[np.searchsorted(self.knots, x)])

    def back(self, heights: Vector) -> Vector:
        """The values over which the curve is so high."""
        if not len(self.knots):
            return heights
        inverse = Curve(self(self.knots), 1.0 / self.slopes, float(self.knots[0]))
        return inverse(heights)

    def weights(self) -> list[Weight]:
        """What `chance_coefficient` says of it: its height over the first knot, then each piece's slope.

        A piece's `mean` is the knot it begins at; the first one's, where it ends.
        """
        if not len(self.knots):
            return []
        starts = [self.knots[0], *self.knots]
        pieces = [
            (f"{NAME} {n}", float(k), 1.0, float(s))
            for n, (k, s) in enumerate(zip(starts, self.slopes, strict=True))
        ]
        return [(NAME, float(self.knots[0]), 1.0, self.at), *pieces]


STRAIGHT = Curve(np.zeros(0), np.ones(1), 0.0)


def is_of_curve(feature: str) -> bool:
    """Whether a row of `chance_coefficient` tells the curve, and no sign."""
    return feature == NAME or feature.startswith(f"{NAME} ")


def read_curve(rows: Sequence[Weight]) -> Curve:
    """The curve that `weights` told, whatever the order of its rows."""
    told_by = {feature: (mean, coefficient) for feature, mean, _, coefficient in rows}
    if NAME not in told_by:
        return STRAIGHT
    pieces = [told_by[f"{NAME} {n}"] for n in range(len(told_by) - 1)]
    return Curve(
        np.array([mean for mean, _ in pieces[1:]]), np.array([slope for _, slope in pieces]), told_by[NAME][1]
    )


def bent(log_odds: Vector, *, opens: Vector, weights: Vector) -> Curve:
    """The curve under which log-odds meet what came best, held the more to a line the less there is to see.

    A penalised spline of the first degree (Eilers and Marx 1996, with knots at quantiles of those that
    opened; Ruppert, Wand and Carroll 2003) that must rise (as Pya and Wood 2015 ask of one): log loss plus a
    penalty on how slopes differ from one piece to the next, so that a line costs nothing and few rows leave
    one. Newton's method with the slopes kept above a least one (Bertsekas 1982); convex: one answer.
    """
    came = log_odds[opens > 0]
    knots = np.unique(told(np.quantile(came, np.arange(1, KNOTS + 1) / (KNOTS + 1)))) if len(came) else came
    if len(knots) < 2:
        return STRAIGHT
    x = np.column_stack([np.ones(len(log_odds)), *_pieces(log_odds, knots)])
    change = np.diff(np.eye(len(knots) + 1), axis=0)
    held = LEAST * np.eye(x.shape[1])
    held[1:, 1:] += STIFF * change.T @ change
    least = np.r_[-np.inf, np.full(len(knots) + 1, LEAST_SLOPE)]
    found = told(_least_loss(x, opens, weights=weights, held=held, least=least, start=knots[0]))
    return Curve(knots, found[1:], float(found[0]))


def _pieces(x: Vector, knots: Vector) -> list[Vector]:
    """How far each value reaches into each piece, counted from the first knot: below it, less than nought."""
    between = [np.clip(x, low, high) - low for low, high in pairwise(knots)]
    return [np.minimum(x, knots[0]) - knots[0], *between, np.maximum(x, knots[-1]) - knots[-1]]


def _least_loss(
    x: Matrix, y: Vector, *, weights: Vector, held: Matrix, least: Vector, start: float
) -> Vector:
    """The coefficients, none below its least one, that minimise the penalised log loss; from the line on."""
    found: Vector = np.r_[start, np.ones(x.shape[1] - 1)]
    loss = _loss(found, x, y, weights, held)
    for _ in range(STEPS):
        said = chances(x @ found)
        pull = x.T @ (weights * (said - y)) + held @ found
        bend = (x * (weights * said * (1.0 - said))[:, None]).T @ x + held
        free = (found > least) | (pull < 0)
        step = np.zeros(len(found))
        step[free] = np.linalg.solve(bend[np.ix_(free, free)], pull[free])
        part, before = 1.0, found
        while part > CLOSE:
            tried = np.maximum(before - part * step, least)
            tried_loss = _loss(tried, x, y, weights, held)
            if tried_loss <= loss:
                found, loss = tried, tried_loss
                break
            part /= 2.0
        if float(np.max(np.abs(found - before))) < CLOSE:
            break
    return found


def _loss(found: Vector, x: Matrix, y: Vector, weights: Vector, held: Matrix) -> float:
    log_odds = x @ found
    lost = np.logaddexp(0.0, np.where(y > 0, -log_odds, log_odds))
    return float((weights * lost).sum() + found @ held @ found / 2.0)

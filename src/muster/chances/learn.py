"""A model of openings: learnt from rows whose weeks are over, calibrated on accounts it has not seen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from muster.chances.basis import Basis, basis_of
from muster.chances.curve import Curve, bent
from muster.chances.ridge import Matrix, Vector, chances, fit, reach_80, spread
from muster.chances.rule import RuleModel, rule_model
from muster.chances.signs import RULE, Panel
from muster.chances.terms import NEAR_RULE, Terms
from muster.chances.terms import RULE as THIN
from muster.chances.told import Row, Weight, fingerprint, told

PENALTIES = (300.0, 100.0, 30.0, 10.0)
CAREFUL = 100.0
FOLDS = 3
SHORT = 1e-6  # of a way in log-odds: whoever hardly leaves the average is stretched as the curve is there


@dataclass(frozen=True)
class Model:
    """What was learnt at an instant: log-odds are a curve of intercept + slope x (coefficients x values)."""

    trained_at: int
    basis: Basis
    penalty: float
    slope: float
    intercept: float
    names: tuple[str, ...]  # the intercept first, then the panel's columns, then the solutions
    means: Vector
    scales: Vector
    coefficients: Vector
    curve: Curve
    root: Matrix  # of the coefficients' covariance: covariance = root x root transposed

    is_shown = True

    @cached_property
    def version(self) -> str:
        """Twelve hexadecimal digits: the same for the same model, whoever learnt it."""
        weighed = [*self.weights(), ("calibration", 0.0, self.slope, self.intercept)]
        numbers = np.array([one[1:] for one in weighed])
        return fingerprint("open", self.trained_at, [one[0] for one in weighed], *numbers.T)

    def row(self) -> Row:
        """What `chance_model` says of it."""
        return self.basis.row() | {
            "kind": "ridge",
            "trained_at": self.trained_at,
            "penalty": self.penalty,
            "intercept": self.intercept,
            "slope": self.slope,
        }

    def weights(self) -> list[Weight]:
        """What `chance_coefficient` says of it."""
        signs = zip(self.names, self.means, self.scales, self.coefficients, strict=True)
        return [*signs, *self.curve.weights()]

    def judge(self, panel: Panel) -> tuple[Vector, Vector, Vector]:
        """The chance of each row, and the ends of its 80 % interval."""
        return self.chances(*self.log_odds(panel))

    def log_odds(self, panel: Panel) -> tuple[Vector, Matrix]:
        """The log-odds of each row; and, times standard normal numbers, how other accounts move them."""
        x = self._standard(panel)
        straight = self._straight(x)
        moves = self.slope * (x @ self.root)
        moves *= self.curve.steepness(straight)[:, None]
        return self.curve(straight), moves

    def sums(self, panel: Panel) -> Vector:
        """The log-odds of each row, and nothing of how sure they are."""
        return self.curve(self._straight(self._standard(panel)))

    def contributions(self, panel: Panel) -> dict[str, Vector]:
        """What each sign adds to the log-odds of each row, against its mean; the rules' one, against none.

        The curve adds up what it does to a row on the straight way from an average account to it, and each
        sign has the part of that way that it makes (Aumann and Shapley 1974): all are stretched alike.
        """
        raw = _columns(panel, self.names)
        means = np.where(np.isin(self.names, RULE), 0.0, self.means)
        weights = self.slope * self.coefficients / self.scales
        parts = {
            name: weights[number] * (raw[:, number] - means[number]) for number, name in enumerate(self.names)
        }
        begin = np.full(len(panel), self.intercept - float(weights @ (self.means - means)))
        way = np.zeros(len(panel))
        for name, part in parts.items():
            (begin if _is_plain(name) else way)[:] += part
        is_short = np.abs(way) < SHORT
        risen = (self.curve(begin + way) - self.curve(begin)) / np.where(is_short, 1.0, way)
        stretch = np.where(is_short, self.curve.steepness(begin), risen)
        for part in parts.values():
            np.multiply(part, stretch, out=part)
        return parts

    def chances(self, log_odds: Vector, loads: Matrix) -> tuple[Vector, Vector, Vector]:
        """The chances that log-odds are, and the ends of their 80 % intervals: both ends go by the curve."""
        straight = self.curve.back(log_odds)
        reach = reach_80(loads) / self.curve.steepness(straight)
        low, high = (chances(self.curve(end)) for end in (straight - reach, straight + reach))
        return np.round(chances(log_odds), 7), np.round(low, 6), np.round(high, 6)

    def _standard(self, panel: Panel) -> Matrix:
        x = _columns(panel, self.names)
        for number, (mean, scale) in enumerate(zip(self.means, self.scales, strict=True)):
            x[:, number] = (x[:, number] - mean) / scale
        return x

    def _straight(self, x: Matrix) -> Vector:
        """Log-odds before the curve, column after column: a row's do not depend on the rows beside it."""
        total = np.zeros(len(x))
        for number, coefficient in enumerate(self.coefficients):
            total += x[:, number] * coefficient
        return np.asarray(self.intercept + self.slope * total)


def learn(panel: Panel, *, trained_at: int, terms: Terms) -> Model | RuleModel:
    """The model of openings from rows whose weeks are over, as many different openings allow it.

    Ridge logistic regression around the rules' score (le Cessie and van Houwelingen 1992): the columns of
    the rules are not shrunk, so that the strongest penalty gives the rule with a calibrated intercept.
    Solutions are pooled partially: each has a column, shrunk as the others are. The rarer a sign, the more
    it is held back (Pareto scaling, van den Berg et al. 2006). The penalty, from `free_openings` on, and the
    calibration (Platt 1999, then `curve.bent`) come from accounts that a fit did not see.
    Below `fewest_openings` it is the rules alone. Openings are counted, not rows: one makes three or four.
    """
    basis = basis_of(panel, terms)
    if basis.rung == THIN:
        return rule_model(panel, basis, trained_at=trained_at)
    names = ("intercept", *panel.names, *(f"solution {s}" for s in sorted(set(panel.solution_ids))))
    raw = _columns(panel, names)
    means, scales = _standards(raw, panel.weights, names)
    x = (raw - means) / scales
    accounts = np.unique(panel.first_acts.astype(str), return_inverse=True)[1].astype(np.int64)
    folds = folds_of(panel.first_acts)
    tried = (CAREFUL,) if basis.rung == NEAR_RULE else PENALTIES
    best: tuple[float, float, Vector, Vector] | None = None
    start: Vector | None = None
    for strength in tried:
        held = _held(names, strength)
        start = fit(x, panel.opens, weights=panel.weights, penalty=held, start=start)
        unseen = _unseen(x, panel, held, folds, start)
        loss = _loss(unseen, panel)
        if best is None or loss < best[0]:
            best = loss, strength, start, unseen
    assert best is not None
    _, strength, found, unseen = best
    intercept, slope = calibrated(unseen, panel)
    curve = bent(intercept + slope * unseen, opens=panel.opens, weights=panel.weights)
    covariance = spread(
        x, panel.opens, weights=panel.weights, penalty=_held(names, strength), at=found, groups=accounts
    )
    return Model(
        trained_at,
        basis,
        strength,
        slope,
        intercept,
        names,
        told(means),
        told(scales),
        told(found),
        curve,
        _root(covariance),
    )


def _columns(panel: Panel, names: tuple[str, ...]) -> Matrix:
    """The intercept, the panel's columns and one for each solution, in the order of `names`.

    A column's numbers lie side by side: that is how they are gone through.
    """
    x = np.empty((len(names), len(panel)))
    signs = 1 + len(panel.names)
    x[0], x[1:signs] = 1.0, panel.values.T
    for number, name in enumerate(names[signs:], start=signs):
        x[number] = panel.solution_ids == name.removeprefix("solution ")
    return x.T


def _standards(raw: Matrix, weights: Vector, names: tuple[str, ...]) -> tuple[Vector, Vector]:
    """Mean and scale of each column; the intercept and the solutions stay as they are.

    The scale is the root of the standard deviation, not that itself: divided by its own small deviation a
    sign that three accounts ever showed would count, at the fourth, for hundreds of deviations.
    """
    means = np.average(raw, axis=0, weights=weights)
    scales = np.power(np.average(np.square(raw - means), axis=0, weights=weights), 0.25)
    plain = np.array([_is_plain(name) for name in names])
    return np.where(plain, 0.0, means), np.where(plain | (scales < 1e-9), 1.0, scales)


def _is_plain(name: str) -> bool:
    return name == "intercept" or name.startswith("solution ")


def _held(names: tuple[str, ...], strength: float) -> Vector:
    return np.array([0.0 if name in ("intercept", *RULE) else strength for name in names])


def folds_of(first_acts: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """Which part each account is left out with: by the act it was first known by, whoever the others are."""
    of = {
        act: int(hashlib.md5(act.encode(), usedforsecurity=False).hexdigest()[:8], 16) % FOLDS
        for act in set(first_acts)
    }
    return np.array([of[act] for act in first_acts], dtype=np.int64)


def _unseen(x: Matrix, panel: Panel, held: Vector, folds: npt.NDArray[np.int64], start: Vector) -> Vector:
    """Log-odds of each row, by a fit that saw nothing of its account."""
    found = np.zeros(len(panel))
    for fold in range(FOLDS):
        seen = folds != fold
        if panel.opens[seen].any():
            own = fit(x[seen], panel.opens[seen], weights=panel.weights[seen], penalty=held, start=start)
            found[~seen] = x[~seen] @ own
    return found


def _loss(log_odds: Vector, panel: Panel) -> float:
    signed = np.where(panel.opens > 0, -log_odds, log_odds)
    return float((panel.weights * np.logaddexp(0.0, signed)).sum())


def calibrated(log_odds: Vector, panel: Panel) -> tuple[float, float]:
    """Intercept and slope by which log-odds meet what happened on accounts they had not seen."""
    x = np.column_stack([np.ones(len(panel)), log_odds])
    intercept, slope = fit(
        x, panel.opens, weights=panel.weights, penalty=np.zeros(2), start=np.array([0.0, 1.0])
    )
    return float(f"{intercept:.9g}"), float(f"{slope:.9g}")


def _root(covariance: Matrix) -> Matrix:
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))

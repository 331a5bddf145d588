"""Boosted trees as a model of openings: the challenger of the ridge, where the extra `ml` is installed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import numpy as np

from muster.chances.basis import Basis
from muster.chances.learn import calibrated, folds_of
from muster.chances.ridge import Matrix, Vector, shown_chances
from muster.chances.signs import Panel
from muster.chances.told import Row, Weight

ROUNDS = 100
SAMPLES = 12  # of accounts, for the 80 % interval
SEED = 20_170_405
# More of these may not make an opening less likely: what trees say of rare rows stays sensible.
RISING = (
    *("in_group", "score", "fit", "acts_4", "acts_13", "acts_26", "points_4", "points_13", "points_26"),
    *("fast", "slow", "people_4", "people_13", "people_26"),
)
# One thread and a fixed order of sums: the same rows give the same trees on every machine of one kind.
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 31,
    "min_data_in_leaf": 200,
    "learning_rate": 0.05,
    "lambda_l2": 10.0,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "feature_pre_filter": False,
    "seed": 1,
    "verbosity": -1,
}


@dataclass(frozen=True)
class BoostedModel:
    """What was learnt at an instant: log-odds are intercept + slope x the trees' sum (Ke et al. 2017)."""

    trained_at: int
    basis: Basis
    slope: float
    intercept: float
    names: tuple[str, ...]  # the panel's columns, then the solutions
    trees: str
    samples: tuple[str, ...]  # the trees of other samples of accounts

    is_shown = True

    @cached_property
    def version(self) -> str:
        """Twelve hexadecimal digits: the same for the same model, whoever learnt it."""
        told = "\n".join(
            ["trees", str(self.trained_at), f"{self.slope:.9g}", f"{self.intercept:.9g}", self.trees]
        )
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    def row(self) -> Row:
        """What `chance_model` says of it."""
        return self.basis.row() | {
            "kind": "trees",
            "trained_at": self.trained_at,
            "penalty": PARAMETERS["lambda_l2"],
            "intercept": self.intercept,
            "slope": self.slope,
        }

    def weights(self) -> list[Weight]:
        """Trees have no coefficients."""
        return []

    def log_odds(self, panel: Panel) -> tuple[Vector, Matrix]:
        """The log-odds of each row; and, times standard normal numbers, how other accounts move them."""
        x = columns(panel, self.names)
        moved = np.column_stack([np.zeros(len(panel)), *(_raw(one, x) for one in self._others)])[:, 1:]
        reach = max(len(self._others) - 1, 1) ** 0.5
        loads = self.slope * (moved - moved.mean(axis=1, keepdims=True)) / reach if moved.size else moved
        return self.intercept + self.slope * _raw(self._booster, x), loads

    def sums(self, panel: Panel) -> Vector:
        """The log-odds of each row, and nothing of how sure they are."""
        return np.asarray(self.intercept + self.slope * _raw(self._booster, columns(panel, self.names)))

    def contributions(self, panel: Panel) -> dict[str, Vector]:
        """What each sign adds to the log-odds of each row: its Shapley value (Lundberg et al. 2020)."""
        if not len(panel):
            return {name: np.zeros(0) for name in self.names}
        told = self._booster.predict(columns(panel, self.names), pred_contrib=True, num_threads=1)
        return {name: self.slope * told[:, place] for place, name in enumerate(self.names)}

    def chances(self, log_odds: Vector, loads: Matrix) -> tuple[Vector, Vector, Vector]:
        """The chances that log-odds are, and the ends of their 80 % intervals."""
        return shown_chances(log_odds, loads)

    @cached_property
    def _booster(self) -> Any:
        return _read(self.trees)

    @cached_property
    def _others(self) -> list[Any]:
        return [_read(text) for text in self.samples]


def is_installed() -> bool:
    """Whether the extra `ml` is there."""
    return find_spec("lightgbm") is not None


def learn_boosted(panel: Panel, basis: Basis, *, trained_at: int) -> BoostedModel:
    """Trees learnt from rows whose weeks are over, calibrated (Platt 1999) on accounts not seen by a fit.

    Without other samples of accounts: `with_samples` adds them to a model that is to be shown.
    """
    names = (*panel.names, *(f"solution {one}" for one in sorted(set(panel.solution_ids))))
    x = columns(panel, names)
    unseen, folds = np.zeros(len(panel)), folds_of(panel.first_acts)
    for fold in np.unique(folds):
        seen = folds != fold
        if panel.opens[seen].any():
            unseen[~seen] = _raw(_fit(x[seen], panel.opens[seen], panel.weights[seen], names), x[~seen])
    intercept, slope = calibrated(unseen, panel)
    trees = _fit(x, panel.opens, panel.weights, names).model_to_string()
    return BoostedModel(trained_at, basis, slope, intercept, names, trees, ())


def with_samples(model: BoostedModel, panel: Panel) -> BoostedModel:
    """The model with the trees of other samples of accounts (the bootstrap over accounts)."""
    x, draw = columns(panel, model.names), np.random.default_rng(SEED)
    acts, place = np.unique(panel.first_acts.astype(str), return_inverse=True)
    samples = []
    for _ in range(SAMPLES):
        times = np.bincount(draw.integers(0, len(acts), len(acts)), minlength=len(acts))[place]
        drawn = times > 0
        fitted = _fit(x[drawn], panel.opens[drawn], (panel.weights * times)[drawn], model.names)
        samples.append(fitted.model_to_string())
    return BoostedModel(
        model.trained_at,
        model.basis,
        model.slope,
        model.intercept,
        model.names,
        model.trees,
        tuple(samples),
    )


def columns(panel: Panel, names: tuple[str, ...]) -> Matrix:
    """The panel's columns and one for each solution, in the order of `names`."""
    solutions = [name.removeprefix("solution ") for name in names[len(panel.names) :]]
    own = [(panel.solution_ids == solution).astype(np.float64) for solution in solutions]
    return np.column_stack([panel.values, *own])


def _fit(x: Matrix, opens: Vector, weights: Vector, names: tuple[str, ...]) -> Any:
    import lightgbm  # noqa: PLC0415  heavy, and not there without the extra

    rising = [1 if name in RISING else -1 if name == "age" else 0 for name in names]
    data = lightgbm.Dataset(x, opens, weight=weights, params=PARAMETERS, free_raw_data=False)
    return lightgbm.train(PARAMETERS | {"monotone_constraints": rising}, data, num_boost_round=ROUNDS)


def _read(text: str) -> Any:
    import lightgbm  # noqa: PLC0415

    return lightgbm.Booster(model_str=text)


def _raw(booster: Any, x: Matrix) -> Vector:
    if not len(x):
        return np.zeros(0)
    return np.asarray(booster.predict(x, raw_score=True, num_threads=1), dtype=np.float64)

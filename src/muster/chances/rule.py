"""Where data are thin: the rules' score, and how often accounts of such a score opened so far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from muster.chances.basis import Basis
from muster.chances.ridge import Vector, odds
from muster.chances.signs import HUNDREDTHS, Panel
from muster.chances.told import Row, Weight, fingerprint, told

TIERS = ("no group", "under 25 points", "25 to 49 points", "50 to 74 points", "75 points and more")
_EDGES = tuple(points * 100 / HUNDREDTHS for points in (25, 50, 75))
BORROWED = 20.0  # rows: with such a weight a tier borrows from all


@dataclass(frozen=True, slots=True)
class RuleModel:
    """The rules with an intercept that meets what came: ranks are told by the rules' score, chances are not.

    `rates` are the log-odds that came of each tier of the score: the mean of a beta distribution whose prior
    is what came of all, with the weight of `BORROWED` rows (the beta-binomial model, Skellam 1948).
    """

    trained_at: int
    basis: Basis
    intercept: float | None  # log-odds of all rows; None where there are none
    rates: Vector

    is_shown = False

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits: the same for the same model, whoever learnt it."""
        return fingerprint("open", self.trained_at, TIERS[: len(self.rates)], self.rates)

    def row(self) -> Row:
        """What `chance_model` says of it."""
        return self.basis.row() | {
            "kind": "rule",
            "trained_at": self.trained_at,
            "penalty": BORROWED,
            "intercept": self.intercept,
        }

    def weights(self) -> list[Weight]:
        """What `chance_coefficient` says of it."""
        return [(tier, 0.0, 1.0, float(rate)) for tier, rate in zip(TIERS, self.rates, strict=False)]

    def places(self, panel: Panel) -> npt.NDArray[np.int64]:
        """Where each row of a Monday stands by the rules' score, 1 the highest; equal ones share a place."""
        score = np.where(_column(panel, "in_group") > 0, _column(panel, "score"), -1.0)
        return np.searchsorted(np.sort(-score), -score, side="left") + 1


def rule_model(panel: Panel, basis: Basis, *, trained_at: int) -> RuleModel:
    """The rules, set against what came of rows whose weeks are over."""
    if not len(panel):
        return RuleModel(trained_at, basis, None, np.zeros(0))
    tier = np.where(
        _column(panel, "in_group") > 0, 1 + np.searchsorted(_EDGES, _column(panel, "score"), side="right"), 0
    )
    rows = np.bincount(tier, panel.weights, minlength=len(TIERS))
    opened = np.bincount(tier, panel.weights * panel.opens, minlength=len(TIERS))
    # Half a row more of either kind: where nothing opened so far, something still may.
    overall = (opened.sum() + 0.5) / (rows.sum() + 1.0)
    rates = told(odds((opened + BORROWED * overall) / (rows + BORROWED)))
    intercept = float(f"{odds(np.array([overall]))[0]:.9g}")
    return RuleModel(trained_at, basis, intercept, rates)


def _column(panel: Panel, name: str) -> Vector:
    return panel.values[:, panel.names.index(name)]

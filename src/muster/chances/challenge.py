"""Whether trees replace the ridge: only where both, asked about weeks that came later, have shown it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from muster.chances.boosted import BoostedModel, is_installed, learn_boosted, with_samples
from muster.chances.duel import duel
from muster.chances.learn import Model
from muster.chances.rule import RuleModel
from muster.chances.signs import Panel
from muster.chances.terms import CHALLENGE, Terms

Opening = Model | RuleModel | BoostedModel
M = TypeVar("M", Model, BoostedModel)

NOT_INSTALLED = "not installed: pip install 'muster[ml]'"
TOO_EARLY = "no verdict: too few openings yet in weeks that both could have judged"
LOST, WON = "lost", "won"
PAST = 4  # quarters that are looked back on
TAIL = 0.05  # the lower end of a one-sided 95 % interval


@dataclass(frozen=True, slots=True)
class Stretch:
    """The Mondays that a model judged."""

    trained_at: int
    until: int
    model: Opening


class Ring:
    """Keeps the trees of each day, so that they are learnt once however often they are asked for."""

    def __init__(self) -> None:
        self._learnt: dict[tuple[int, Terms], BoostedModel] = {}

    def decide(self, model: Model | RuleModel, rows: Panel, terms: Terms, past: Sequence[Stretch]) -> Opening:
        """The model that is to judge from its day on: the ridge, or trees that did better in the past.

        Rolling origins: on each of the last `PAST` days on which the ridge stood on the highest rung, trees
        are learnt from what was known that day, and both are asked about the Mondays up to the next one, as
        far as their weeks are over by now. Trees replace the ridge where the lower end of the one-sided 95 %
        interval of what they gain in log loss lies above 0 and they gain in average precision: paired, over
        samples of accounts (`duel`). Nothing that came later is known to it.
        """
        if not terms.is_challenged or not isinstance(model, Model) or model.basis.rung != CHALLENGE:
            return model
        if not is_installed():
            return _told(model, NOT_INSTALLED)
        asked: list[Panel] = []
        first, second = [], []
        for one in past[::-1]:
            ridge = one.model
            if not isinstance(ridge, Model) or ridge.basis.rung != CHALLENGE or len(asked) == PAST:
                continue
            judged = rows.only(
                (rows.weeks >= one.trained_at)
                & (rows.weeks < one.until)
                & (rows.weeks + terms.horizon <= model.trained_at)
            )
            if len(judged) and ridge.basis.horizon_weeks == model.basis.horizon_weeks:
                asked.append(judged)
                first.append(ridge.log_odds(judged)[0])
                second.append(self._trees(ridge, rows, terms).log_odds(judged)[0])
        openings = {key for judged in asked for key in judged.opening if key is not None}
        if len(openings) < terms.fewest_openings:
            return _told(model, TOO_EARLY)
        said = duel(
            np.concatenate(first),
            np.concatenate(second),
            opens=np.concatenate([judged.opens for judged in asked]),
            weights=np.concatenate([judged.weights for judged in asked]),
            accounts=np.concatenate([judged.first_acts for judged in asked]),
        )
        gain, low = float(said.log_loss[0]), said.low(said.log_loss, TAIL)
        if low <= 0 or said.precision[0] <= 0:
            return _told(model, LOST, gain, low)
        trees = with_samples(self._trees(model, rows, terms), over(rows, terms, model.trained_at))
        return _told(trees, WON, gain, low)

    def _trees(self, ridge: Model, rows: Panel, terms: Terms) -> BoostedModel:
        key = (ridge.trained_at, terms)
        if key not in self._learnt:
            known = over(rows, terms, ridge.trained_at)
            self._learnt[key] = learn_boosted(known, ridge.basis, trained_at=ridge.trained_at)
        return self._learnt[key]


def over(rows: Panel, terms: Terms, instant: int) -> Panel:
    """The rows whose weeks are over by an instant, and not longer ago than is learnt from."""
    return rows.only((rows.weeks + terms.horizon <= instant) & (rows.weeks + terms.learn_from >= instant))


def _told(model: M, outcome: str, gain: float | None = None, low: float | None = None) -> M:
    nine = [None if value is None else float(f"{value:.9g}") for value in (gain, low)]
    return replace(
        model,
        basis=replace(model.basis, challenger=outcome, challenger_gain=nine[0], challenger_low=nine[1]),
    )

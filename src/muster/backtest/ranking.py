"""How well a score ranks who will open an opportunity, over all accounts asked about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from muster.backtest.draws import Draws, Figure, figure
from muster.backtest.questions import Questions, distinct

Vector = npt.NDArray[np.float64]
PARTS = (0.01, 0.1)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Counts at each step down a ranking: equal scores are one step. The last is all, unscored rows too."""

    asked: Vector
    opens: Vector
    opens_after_gap: Vector

    def average_precision(self, *, after_gap: bool = False) -> float:
        """The sum over steps of the gain in recall times the precision; NaN where nothing opens."""
        hits = self.opens_after_gap if after_gap else self.opens
        total = hits.sum()
        if total <= 0:
            return float("nan")
        above = np.cumsum(self.asked)
        precision = np.divide(np.cumsum(hits), above, out=np.zeros(len(hits)), where=above > 0)
        return float((hits * precision).sum() / total)

    def lift(self, part: float) -> float:
        """How many times more often the best-scored part opens than all; within equal scores, on average."""
        above, total = np.cumsum(self.asked), self.asked.sum()
        if self.opens.sum() <= 0:
            return float("nan")
        caught = np.interp(part * total, np.r_[0.0, above], np.r_[0.0, np.cumsum(self.opens)])
        return float(caught / (part * total) / (self.opens.sum() / total))

    def curve(self) -> tuple[Vector, Vector]:
        """The part asked about and the part of openings in it, step by step, from none to all."""
        asked, opens = np.cumsum(self.asked), np.cumsum(self.opens)
        return np.r_[0.0, asked / asked[-1]], np.r_[0.0, opens / max(opens[-1], 1e-12)]


class Ranking:
    """The rows of one score, sorted once; `of` counts them in a sample of accounts."""

    def __init__(self, asked: Questions, score: Vector) -> None:
        rows, silent = asked.asked, asked.silent
        said = np.where(np.isfinite(score), score, -np.inf)
        order = np.argsort(-said, kind="stable")
        self._account = rows.account[order]
        self._opens, self._later = rows.opens[order], rows.opens_after_gap[order]
        ranked = said[order]
        self._starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]]) if len(ranked) else None
        self._unscored_last = bool(len(ranked)) and ranked[-1] == -np.inf
        self._silent = silent

    def of(self, times: Vector) -> Ranked:
        """The ranking where each account counts so many times."""
        quiet = times[self._silent.account]
        last = [
            float((quiet * column).sum())
            for column in (self._silent.rows, self._silent.opens, self._silent.opens_after_gap)
        ]
        if self._starts is None:
            return Ranked(*(np.array([one]) for one in last))
        weight = times[self._account]
        counted = [
            np.add.reduceat(column, self._starts)
            for column in (weight, weight * self._opens, weight * self._later)
        ]
        if self._unscored_last:  # silent accounts stand with those of whom the score says nothing
            for column, one in zip(counted, last, strict=True):
                column[-1] += one
            return Ranked(*counted)
        return Ranked(*(np.r_[column, one] for column, one in zip(counted, last, strict=True)))


def rank_figures(asked: Questions, score: Vector, draws: Draws) -> list[Figure]:
    """Average precision, the same with the next two weeks left out, and lift; with intervals.

    `score` has a value for each row of `asked.asked`, NaN where it says nothing. References: Davis and
    Goadrich 2006 for precision and recall where openings are rare.
    """
    ranking = Ranking(asked, score)
    found = []
    for times in draws:
        here = ranking.of(times)
        found.append(
            (
                here.average_precision(),
                here.average_precision(after_gap=True),
                *(here.lift(part) for part in PARTS),
            )
        )
    values, openings = np.array(found), openings_asked(asked)
    late = openings_asked(asked, after_gap=True)
    names = ("average_precision", "average_precision_after_gap", "lift_top_1_percent", "lift_top_10_percent")
    return [
        figure(name, values[:, place], openings=late if "gap" in name else openings)
        for place, name in enumerate(names)
    ]


def openings_asked(asked: Questions, *, after_gap: bool = False) -> int:
    """How many different openings the asked rows hold, silent accounts' too."""
    rows = asked.asked
    kept = rows.opens_after_gap > 0 if after_gap else rows.opens > 0
    silent = asked.silent.later_openings if after_gap else asked.silent.openings
    return distinct(np.r_[rows.opening[kept], silent])

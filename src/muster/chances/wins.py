"""How likely an opportunity is won: competing risks, so that deals still open count as what they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.chances.deals import Deals
from muster.chances.ridge import Matrix, Vector, chances, fit
from muster.chances.told import Row, Weight, fingerprint, told

WEEK = 7 * 86_400_000_000
# Ages in weeks from which an opportunity closes at another pace: younger ones more often than old ones.
AGES = (0, 4, 8, 13, 20, 26, 39, 52)
NO_END = 1_000_000
LAST_AGE = 260  # five years: what is open then is shared out as the oldest were


@dataclass(frozen=True, slots=True)
class WinModel:
    """Learnt at an instant: log-odds that a deal closes in a week of its age, and that a closing one is won.

    Both are sums of coefficients over an intercept, the age and the solution. `names` are those of `closes`
    and of `wins` alike.
    """

    trained_at: int
    deals: int
    closed: int
    penalty: float
    names: tuple[str, ...]
    closes: Vector
    wins: Vector

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits: the same for the same model, whoever learnt it."""
        return fingerprint("won", self.trained_at, self.names, self.closes, self.wins)

    def row(self) -> Row:
        """What `chance_model` says of it."""
        return {
            "target": "won",
            "kind": "hazard",
            "trained_at": self.trained_at,
            "row_count": self.deals,
            "opening_count": self.closed,
            "penalty": self.penalty,
        }

    def weights(self) -> list[Weight]:
        """What `chance_coefficient` says of it."""
        parts = (("closes", self.closes), ("won", self.wins))
        return [
            (f"{part}: {name}", 0.0, 1.0, float(c))
            for part, numbers in parts
            for name, c in zip(self.names, numbers, strict=True)
        ]

    def p_win(self, solution: str) -> float:
        """The part of opportunities for a solution that is won in the end.

        The cumulative incidence of winning: the sum over weeks of the part still open times the chance
        to be won that week (Kalbfleisch and Prentice 1980; the discrete form of Aalen and Johansen 1978).
        """
        x = _columns(np.arange(LAST_AGE), [solution] * LAST_AGE, self.names)
        close, win = chances(x @ self.closes), chances(x @ self.wins)
        still = np.cumprod(np.r_[1.0, 1.0 - close])
        return float(round(float((still[:-1] * close * win).sum() + still[-1] * win[-1]), 9))


def learn_wins(deals: Deals, *, trained_at: int, fewest: int, borrowed: float) -> WinModel | None:
    """The model of what became of opportunities known at an instant; None under `fewest` closed ones.

    A logistic regression on weeks at risk (Allison 1982), split into whether a deal closes in a week and
    whether a closing one is won. Ages and solutions are pooled partially: each borrows from all with the
    weight of `borrowed` opportunities.
    """
    known = deals.known_by(trained_at)
    over = known.closed_at <= trained_at
    closed, won = int(over.sum()), int(known.is_won.sum())
    if closed < fewest:
        return None
    cells = _cells(known, trained_at)
    names = (
        "intercept",
        *(f"from week {age}" for age in AGES),
        *(f"solution {s}" for s in sorted({c[1] for c in cells})),
    )
    keys = sorted(cells)
    x = _columns(np.array([age for age, _ in keys]), [solution for _, solution in keys], names)
    counts = np.array([cells[key] for key in keys], dtype=np.float64)
    share = (won + 0.5) / (closed + 1.0)
    part = (closed + 0.5) / (counts[:, 0].sum() + 1.0)
    return WinModel(
        trained_at,
        len(known),
        closed,
        borrowed,
        names,
        told(_binomial(x, counts[:, 1], counts[:, 0], start=part, held=borrowed * (1 - part))),
        told(_binomial(x, counts[:, 2], counts[:, 1], start=share, held=borrowed * share * (1 - share))),
    )


def _cells(known: Deals, instant: int) -> dict[tuple[int, str], list[int]]:
    """By age (where its band begins) and solution: weeks at risk, closings, wins."""
    cells: dict[tuple[int, str], list[int]] = {}
    over = known.closed_at <= instant
    lived = (np.minimum(known.closed_at, instant) - known.created_at) // WEEK
    for solution, weeks, closes, wins in zip(known.solution_ids, lived, over, known.is_won, strict=True):
        at_risk = int(weeks) + int(closes)  # the week under way counts only for a deal that closed in it
        for number, start in enumerate(AGES):
            end = AGES[number + 1] if number + 1 < len(AGES) else NO_END
            inside = min(at_risk, end) - start
            if inside <= 0:
                break
            cell = cells.setdefault((start, solution), [0, 0, 0])
            cell[0] += inside
            if closes and start <= weeks < end:
                cell[1] += 1
                cell[2] += int(wins)
    return cells


def _columns(ages: np.ndarray, solutions: list[str], names: tuple[str, ...]) -> Matrix:
    band = np.searchsorted(AGES, ages, side="right") - 1
    columns = [np.ones(len(ages)), *((band == number).astype(np.float64) for number in range(len(AGES)))]
    of = np.array(solutions, dtype=object)
    columns += [(of == n.removeprefix("solution ")).astype(np.float64) for n in names[1 + len(AGES) :]]
    return np.column_stack(columns)


def _binomial(x: Matrix, hits: Vector, tries: Vector, *, start: float, held: float) -> Vector:
    """Coefficients from counts: every cell is one row for its hits and one for its misses."""
    rows, y = np.vstack([x, x]), np.r_[np.ones(len(x)), np.zeros(len(x))]
    penalty = np.r_[0.0, np.full(x.shape[1] - 1, held)]
    begin = np.zeros(x.shape[1])
    begin[0] = np.log(start / (1.0 - start))
    return fit(rows, y, weights=np.r_[hits, tries - hits], penalty=penalty, start=begin)

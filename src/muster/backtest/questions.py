"""The questions a back-test asks of the past: every Monday, will an opportunity open within 13 weeks?

Or within as many as `horizon_weeks` of rules/chances.csv said; all Mondays of a span are asked alike.
`chance` already holds each Monday's answer by the model as it was learnt by then, so nothing is learnt here
for it. An account without a sign within 26 weeks has no row there and no chance was said of it: it is asked
about all the same, counts as ranked last, and its openings count as missed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from muster.chances.horizon import USUAL
from muster.recall.clock import WEEK

Vector = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

GAP = 2 * WEEK
ORIGIN_EVERY = 4 * WEEK  # the Mondays on which all accounts are asked about, silent ones too
USUAL_SPAN = 52 * WEEK
CHANCE = "chance"


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last Monday that are asked about, and how far each looks ahead, in microseconds.

    `since`: the first Monday of all whose chances are about as many weeks.
    """

    first: int
    last: int
    horizon: int = USUAL
    since: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """Accounts with signs, Monday by Monday: in the order of week, account and solution."""

    week: Ints
    account: Ints
    solution: Ints
    opens: Vector
    opens_after_gap: Vector
    opening: Ints  # its place among the openings; -1 where none came
    scores: dict[str, Vector]  # NaN where a score says nothing
    signs: dict[str, Vector]
    people: Vector
    visitors: Vector
    tie_break: tuple[Vector, ...]  # what goes before where scores are equal

    def only(self, kept: Flags) -> Rows:
        """The rows for which `kept` is true."""

        def cut(columns: dict[str, Vector]) -> dict[str, Vector]:
            return {name: column[kept] for name, column in columns.items()}

        return Rows(
            self.week[kept],
            self.account[kept],
            self.solution[kept],
            self.opens[kept],
            self.opens_after_gap[kept],
            self.opening[kept],
            cut(self.scores),
            cut(self.signs),
            self.people[kept],
            self.visitors[kept],
            tuple(column[kept] for column in self.tie_break),
        )


@dataclass(frozen=True, slots=True)
class Openings:
    """The opportunities that opened where none was open, renewals left out, with what they came to."""

    account: Ints
    solution: Ints
    at: Ints
    amount_cents: Ints  # in the company's currency; 0 where it is another
    won_cents: Ints  # of those won by now


@dataclass(frozen=True, slots=True)
class Silent:
    """Accounts asked about without a sign within 26 weeks, summed by account and solution.

    `foretold` is how many of the rows would open at the rate at which silent accounts opened one for the
    solution until then: nobody can tell one of them from another, so the rate is all there is to say.
    """

    account: Ints
    solution: Ints
    rows: Vector
    foretold: Vector
    opens: Vector
    opens_after_gap: Vector
    openings: Ints  # the places of those that came, once each
    later_openings: Ints  # of those that came after the first two weeks


@dataclass(frozen=True, slots=True)
class Questions:
    """All that is asked, and what came. Accounts and solutions are numbers: their places in the lists."""

    span: Span
    origins: tuple[int, ...]
    account_ids: tuple[str, ...]
    solution_ids: tuple[str, ...]
    rows: Rows
    silent: Silent
    openings: Openings
    facts: dict[str, tuple[str | None, ...]]  # region, industry and size of each account

    @property
    def asked(self) -> Rows:
        """The rows of every fourth Monday: those that ranking and calibration are judged by."""
        return self.rows.only(np.isin(self.rows.week, self.origins))

    def of_solution(self, solution_id: str) -> Questions:
        """What was asked about one solution."""
        number = self.solution_ids.index(solution_id)
        place, silent, openings = self.places_of(number), self.silent, self.openings
        rows = self.rows.only(self.rows.solution == number)
        mine, quiet = openings.solution == number, silent.solution == number
        ours = [place[found[place[found] >= 0]] for found in (silent.openings, silent.later_openings)]
        return replace(
            self,
            rows=replace(rows, opening=np.where(rows.opening >= 0, place[rows.opening], -1)),
            silent=Silent(
                silent.account[quiet],
                silent.solution[quiet],
                silent.rows[quiet],
                silent.foretold[quiet],
                silent.opens[quiet],
                silent.opens_after_gap[quiet],
                *ours,
            ),
            openings=Openings(
                openings.account[mine],
                openings.solution[mine],
                openings.at[mine],
                openings.amount_cents[mine],
                openings.won_cents[mine],
            ),
        )

    def places_of(self, solution: int) -> Ints:
        """Where each opening stands among those of one solution; -1 for the others (and for the place -1)."""
        mine = self.openings.solution == solution
        return np.asarray(np.r_[np.where(mine, np.cumsum(mine) - 1, -1), -1], np.int64)


def distinct(opening: Ints) -> int:
    """How many different openings rows lead to: one opening makes three or four rows."""
    return len(np.unique(opening[opening >= 0]))

"""What a model of openings was learnt from, and which rung of the ladder that puts it on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from muster.chances.signs import Panel
from muster.chances.terms import Terms
from muster.chances.told import Row
from muster.recall.clock import WEEK


@dataclass(frozen=True, slots=True)
class Basis:
    """Rows and different openings, in all and by solution; one opening makes three or four rows."""

    rung: str
    horizon_weeks: int
    rows: int
    openings: int
    openings_told: str  # by solution, the most first
    needed: int | None  # by the rung above; None on the highest
    challenger: str | None = None  # what became of a challenger; None where none was asked for
    challenger_gain: float | None = None  # of log loss
    challenger_low: float | None = None

    def row(self) -> Row:
        """Its columns of `chance_model`."""
        return {
            "target": "open",
            "rung": self.rung,
            "horizon_weeks": self.horizon_weeks,
            "row_count": self.rows,
            "opening_count": self.openings,
            "openings_told": self.openings_told,
            "needed_count": self.needed,
            "challenger": self.challenger,
            "challenger_gain": self.challenger_gain,
            "challenger_low": self.challenger_low,
        }


def basis_of(panel: Panel, terms: Terms) -> Basis:
    """What rows whose weeks are over hold."""
    of = {key: panel.solution_ids[row] for row, key in enumerate(panel.opening) if key is not None}
    by_solution = sorted(Counter(of.values()).items(), key=lambda found: (-found[1], found[0]))
    span = int(panel.weeks.max() - panel.weeks.min()) if len(panel) else 0
    rung = terms.rung(len(of), span)
    return Basis(
        rung,
        terms.horizon // WEEK,
        len(panel),
        len(of),
        ", ".join(f"{solution} {count}" for solution, count in by_solution),
        terms.needed(rung),
    )

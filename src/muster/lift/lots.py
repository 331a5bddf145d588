"""Lots about the last place: what being handed over that Monday, rather than not, was followed by.

Groups near the last of sales' places come in by lot, with a probability that is written down (`queue`). Each
outcome is compared by a doubly robust estimate: what a regression of each arm expects, corrected by what the
drawn ones showed, weighted by one over their probability (Robins, Rotnitzky and Zhao 1994). The
probabilities are known, so it is right whatever the regression says. One group's lots are not independent:
errors are clustered by account.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from muster.lift.effects import Effect, Flags, Matrix, Vector, usable
from muster.lift.words import HORIZON, Line, say

EXPERIMENT = "lots about the last place"
DESIGN = "hand_off_lots"
METHOD = "doubly robust, propensities known, clustered by account"
FEWEST_LOTS = 30  # in the smaller arm
FEWEST_OUTCOMES = 5
WAITS = {"openings": HORIZON, "won": 2 * HORIZON, "won_amount": 2 * HORIZON}
_TOLD = {"test": "These lots", "unit": "groups"}


def lot_lines(lots: pa.Table, *, as_of: int, currency: str) -> Iterator[Line]:
    """A line for each outcome of the places settled by lot; none where none ever was.

    `lots` are the rows of `lot`: one for each group and Monday.
    """
    if not lots.num_rows:
        return
    live = lots.filter(lots.column("is_live"))
    for outcome, wait in WAITS.items():
        ripe = live.filter(
            pa.array([at + wait <= as_of for at in live.column("week_at").to_pylist()], pa.bool_())
        )
        came_in = np.asarray(ripe.column("came_in").to_numpy(zero_copy_only=False), np.bool_)
        line = Line(
            experiment=EXPERIMENT,
            program_id=None,
            name="Hand-offs settled by lot",
            design=DESIGN,
            method=METHOD,
            is_randomised=True,
            outcome=outcome,
            currency=currency if outcome == "won_amount" else None,
            starts_at=min(live.column("week_at").to_pylist(), default=None),
            to_at=as_of,
            treated_count=int(came_in.sum()),
            holdout_count=int((~came_in).sum()),
            is_interim=True,
        )
        y = _outcome(ripe, outcome)
        line.reason = _why_not(live, line, y, outcome=outcome, weeks=wait // (HORIZON // 13))
        if line.reason is None:
            chances = np.asarray(ripe.column("propensity").to_numpy(), np.float64)
            effect = doubly_robust(y, came_in, chances, signs=_known(ripe), clusters=_accounts(ripe))
            line.tell(effect, treated=float(y[came_in].mean()), held_out=float(y[~came_in].mean()))
        line.sentence = say(line, **_TOLD)
        yield line


def doubly_robust(
    y: Vector, came_in: Flags, chances: Vector, *, signs: Matrix, clusters: npt.NDArray[np.int64]
) -> Effect:
    """Mean of `y` had all come in less had none, by `chances` of coming in; errors by `clusters`.

    The influence of a row is m1 - m0 + t (y - m1) / e - (1 - t) (y - m0) / (1 - e), m1 and m0 the regression
    of each arm, t whether it came in and e with which probability.
    """
    kept = usable(signs, came_in)
    design = np.column_stack([np.ones(len(y)), kept - kept.mean(axis=0)])
    with_it, without = (
        design @ np.linalg.lstsq(design[arm], y[arm], rcond=None)[0] for arm in (came_in, ~came_in)
    )
    shown = np.where(came_in, (y - with_it) / chances, -(y - without) / (1 - chances))
    influence = with_it - without + shown
    estimate = float(influence.mean())
    sums = np.bincount(clusters, weights=influence - estimate)
    count = len(sums)
    spare = count - 2 * design.shape[1]
    variance = float(np.square(sums).sum()) * count / max(spare, 1) / len(y) ** 2
    return Effect(estimate, variance**0.5, float(max(spare, 1)))


def _why_not(live: pa.Table, line: Line, y: Vector, *, outcome: str, weeks: int) -> str | None:
    if not live.num_rows:
        return "the lots were drawn in a replay of the past: nobody was told"
    smaller = min(line.treated_count, line.holdout_count)
    if smaller < FEWEST_LOTS:
        return f"of the lots older than {weeks} weeks only {smaller} fell one way; it takes {FEWEST_LOTS}"
    expected = float((y > 0).sum()) * smaller / len(y)
    needed = 2 * FEWEST_OUTCOMES if outcome == "won_amount" else FEWEST_OUTCOMES
    if expected < needed:
        return f"too few outcomes: {int((y > 0).sum())} in all, where {needed} are needed on each side"
    return None


def _known(lots: pa.Table) -> Matrix:
    place = np.asarray(lots.column("place").to_numpy(), np.float64)
    chance = np.asarray(lots.column("p_open").fill_null(0.0).to_numpy(), np.float64)
    return np.column_stack([np.nan_to_num(place), np.log(np.maximum(chance, 1e-6))])


def _accounts(lots: pa.Table) -> npt.NDArray[np.int64]:
    _, number = np.unique(np.array(lots.column("account_id").to_pylist(), dtype=object), return_inverse=True)
    return number.astype(np.int64)


def _outcome(lots: pa.Table, outcome: str) -> Vector:
    if outcome == "won_amount":
        return np.asarray(lots.column("won_cents").to_numpy(), np.float64) / 100
    return np.asarray(lots.column(outcome).to_numpy(), np.float64)

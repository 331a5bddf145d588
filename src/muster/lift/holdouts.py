"""Hold-outs: accounts assigned to an arm by lot, compared as they were assigned, reached or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from muster.lift.effects import POWER, Flags, Matrix, Vector, imbalance, intention_to_treat
from muster.lift.words import HORIZON, OUTCOMES, Line, day, say

DESIGN = "account_holdout"
METHOD = "intention to treat, regression-adjusted"
FEWEST_ACCOUNTS = 30  # in the smaller arm
FEWEST_OUTCOMES = 5  # that the smaller arm would have had if nothing differed
FEWEST_WON = 20  # the same for dollars: a few large deals decide them
UNLIKE = 1e-3  # arms as unlike as this come by lot once in a thousand draws
NO_EXPERIMENT = "no experiment: nothing was held out by lot, so what would have come anyway is unknown"
MIXED = 0.5  # of the treated arm's share reached: then the arms were not kept apart

_COLUMNS = {"openings": "openings", "won": "won", "groups": "groups", "upward_reads": "reads"}


def holdout_lines(
    span: Mapping[str, Any], accounts: pa.Table, *, as_of: int, currency: str
) -> Iterator[Line]:
    """A line for each outcome of one experiment.

    `span` is a row of `experiment_span`, `accounts` the rows of `experiment_account` of that experiment.
    """
    arm = np.array(accounts.column("arm").to_pylist(), dtype=object)
    kept = accounts.filter(pa.array(arm != "both", pa.bool_()))
    treated = np.array([a == "treated" for a in kept.column("arm").to_pylist()], np.bool_)
    signs = known_before(kept)
    balance = imbalance(signs, treated) if 0 < treated.sum() < len(treated) else None
    reached = np.asarray(kept.column("contacts").to_numpy(), np.float64) > 0
    shared = {
        "starts_at": span["starts_at"],
        "to_at": max(kept.column("to_at").to_pylist(), default=None),
        "treated_count": int(treated.sum()),
        "holdout_count": int((~treated).sum()),
        "balance_p": balance,
        "treated_reached_share": float(reached[treated].mean()) if treated.any() else None,
        "holdout_reached_share": float(reached[~treated].mean()) if (~treated).any() else None,
        "is_interim": span["ends_at"] is None or span["ends_at"] + HORIZON > as_of,
    }
    for outcome, (_, is_surrogate) in OUTCOMES.items():
        line = Line(
            experiment=span["experiment"],
            program_id=span["program_id"],
            name=span["name"],
            design=DESIGN,
            method=METHOD,
            is_randomised=True,
            outcome=outcome,
            is_surrogate=is_surrogate,
            currency=currency if outcome == "won_amount" else None,
            **shared,
        )
        y, before = _outcome(kept, outcome)
        line.detectable_before_per_1000 = could_see(before, treated)
        line.reason = why_not(span, kept, line, y=y, as_of=as_of)
        if line.reason is None:
            _estimate(line, y, treated, signs)
        line.sentence = say(line)
        yield line


def could_see(before: Vector, treated: Flags) -> float | None:
    """Per 1,000 accounts: what the arms could show, judged by as long before; None where nothing happened.

    2.8 x sqrt(var / (N f (1 - f))), f the part held out.
    """
    n, f = len(before), float((~treated).mean()) if len(treated) else 0.0
    variance = float(before.var(ddof=1)) if n > 1 else 0.0
    return POWER * (variance / (n * f * (1 - f))) ** 0.5 * 1000 if variance > 0 and 0 < f < 1 else None


def known_before(accounts: pa.Table) -> Matrix:
    """What was known of each account before it was assigned, a column a sign, the strongest first."""

    def told(name: str) -> Vector:
        return np.asarray(accounts.column(name).fill_null(0).to_numpy(), np.float64)

    employees = told("employee_count")
    return np.column_stack(
        [
            told("fit"),
            np.log1p(np.maximum(employees, 0)),
            np.log1p(told("acts_before")),
            np.log1p(told("openings_before")),
            np.log1p(told("groups_before")),
            np.log1p(told("won_before")),
            np.log1p(told("reads_before")),
            employees > 0,
        ]
    )


def why_not(span: Mapping[str, Any], kept: pa.Table, line: Line, *, y: Vector, as_of: int) -> str | None:
    """Why nothing can be estimated; None where it can. The plainest reason comes first."""
    return _not_begun(span, as_of=as_of) or _not_fair(line) or _too_few(kept, line, y)


def _not_begun(span: Mapping[str, Any], *, as_of: int) -> str | None:
    """No control arm, or no time to see anything in."""
    if not span["has_holdout"]:
        return "no account was held out: whom it ran for was chosen, so those it left out tell nothing"
    if span["starts_at"] is None:
        return "nothing says when it began"
    if span["starts_at"] + HORIZON > as_of:
        return f"it began on {day(span['starts_at'])}, less than 13 weeks ago"
    return None


def _not_fair(line: Line) -> str | None:
    """Arms too small, unlike before it began, or not kept apart since."""
    smaller = min(line.treated_count, line.holdout_count)
    if smaller < FEWEST_ACCOUNTS:
        arm = "held out" if line.holdout_count <= line.treated_count else "treated"
        return f"only {smaller} accounts were {arm}; it takes {FEWEST_ACCOUNTS}"
    if line.balance_p is not None and line.balance_p < UNLIKE:
        return "the arms were unlike before it began, as a fair lot leaves them less than once in a thousand"
    held, given = line.holdout_reached_share or 0.0, line.treated_reached_share or 0.0
    if given and held >= MIXED * given:
        return f"it reached {held:.0%} of the accounts held out and {given:.0%} of the others"
    return None


def _too_few(kept: pa.Table, line: Line, y: Vector) -> str | None:
    """Too few outcomes for an interval that keeps its word."""
    smaller = min(line.treated_count, line.holdout_count)
    counted = y
    needed, name = FEWEST_OUTCOMES, OUTCOMES[line.outcome][0]
    if line.outcome == "won_amount":
        counted, _ = _outcome(kept, "won")
        needed, name = FEWEST_WON, "won deals"
    expected = float((counted > 0).sum()) * smaller / len(counted)
    if expected < needed:
        return (
            f"too few {name}: of {int((counted > 0).sum())} accounts with any, the smaller arm would have "
            f"{expected:.1f}; it takes {needed}"
        )
    return None


def _estimate(line: Line, y: Vector, treated: Flags, signs: Matrix) -> None:
    effect = intention_to_treat(y, treated, signs)
    line.tell(effect, treated=float(y[treated].mean()), held_out=float(y[~treated].mean()))


def _outcome(accounts: pa.Table, outcome: str) -> tuple[Vector, Vector]:
    """An outcome of each account after the start, and in as long a time before; money in whole units."""
    if outcome == "won_amount":
        return _read(accounts, "won_cents") / 100, _read(accounts, "won_cents_before") / 100
    name = _COLUMNS[outcome]
    return _read(accounts, name), _read(accounts, f"{name}_before")


def _read(accounts: pa.Table, name: str) -> Vector:
    return np.asarray(accounts.column(name).to_numpy(), np.float64)


def without_experiment(programmes: Sequence[Mapping[str, Any]], *, currency: str) -> Iterator[Line]:
    """Programmes nobody kept anything from: each outcome is not estimable, and says so."""
    for programme in programmes:
        for outcome, (_, is_surrogate) in OUTCOMES.items():
            line = Line(
                experiment=programme["program_id"],
                program_id=programme["program_id"],
                name=programme["name"],
                design="none",
                method="none",
                outcome=outcome,
                is_surrogate=is_surrogate,
                currency=currency if outcome == "won_amount" else None,
                reason=NO_EXPERIMENT,
            )
            line.sentence = say(line)
            yield line

"""Which model says what: the latest one, unless rules/models.csv pins another or forbids it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from muster.chances.challenge import Opening
from muster.chances.terms import Terms, terms_at
from muster.engine.protocol import Engine
from muster.problems import RuleError
from muster.recall.clock import WEEK

EVERY = "*"


@dataclass(frozen=True, slots=True)
class Pin:
    """A row of models.csv and the time for which it holds."""

    solution_id: str
    model_version: str
    use: str  # pin, forbid or free
    from_at: int
    to_at: int
    row: int  # as spreadsheets count


def read_pins(engine: Engine) -> tuple[Pin, ...]:
    """The table `rule_models`, in the order of the file."""
    rows = engine.arrow(
        "SELECT r.solution_id, r.model_version, r.use, r.from_at, r.to_at, r.position_in_file + 1 AS row"
        " FROM rule_models AS r"
    ).to_pylist()
    return tuple(Pin(**row) for row in sorted(rows, key=lambda row: int(row["row"])))


class Choice:
    """The model of each Monday and solution, out of those learnt by then."""

    def __init__(
        self, models: Sequence[Opening], pins: Sequence[Pin], terms: Sequence[Terms], *, last: int
    ) -> None:
        """`last` is the last Monday asked about: rows of later days are not looked at.

        Raises RuleError for a version that nobody learnt, and for a pin to one that was learnt later.
        """
        self._models = sorted(models, key=lambda model: model.trained_at)
        self._by_version = {model.version: model for model in self._models}
        self._terms = terms
        self._pins = tuple(pin for pin in pins if pin.from_at <= last and pin.use != "free")
        for pin in pins:
            if pin.from_at <= last:
                self._check(pin)

    def of(self, week: int, solution_id: str) -> Opening | None:
        """Who judges a solution on a Monday; None where every model learnt by then is forbidden.

        A solution's own pin goes before one of all (*), a later one before an earlier one.
        """
        holding = [
            pin
            for pin in self._pins
            if pin.from_at <= week < pin.to_at and pin.solution_id in (solution_id, EVERY)
        ]
        pinned = [pin for pin in holding if pin.use == "pin"]
        horizon_weeks = terms_at(self._terms, week).horizon // WEEK
        if pinned:
            pin = max(pinned, key=lambda one: (one.solution_id != EVERY, one.from_at, one.row))
            found = self._by_version[pin.model_version]
            if found.basis.horizon_weeks != horizon_weeks:
                raise RuleError(
                    f"{_place(pin)}: {pin.model_version} tells of {found.basis.horizon_weeks} weeks, where "
                    f"rules/chances.csv asks about {horizon_weeks} on {_day(week)}.",
                    remedy=f"End the pin by then: a row with {pin.model_version},free from {_day(week)}.",
                )
            return found
        forbidden = {pin.model_version for pin in holding if pin.use == "forbid"}
        return next(
            (
                model
                for model in reversed(self._models)
                if model.trained_at <= week
                and model.version not in forbidden
                and model.basis.horizon_weeks == horizon_weeks
            ),
            None,
        )

    def _check(self, pin: Pin) -> None:
        found = self._by_version.get(pin.model_version)
        if found is None:
            latest = ", ".join(f"{m.version} ({_day(m.trained_at)})" for m in self._models[-4:])
            raise RuleError(
                f"{_place(pin)}: no model {pin.model_version!r} was learnt from these records.",
                remedy=f"The latest are {latest or 'none'}; all of them: muster backtest --models",
            )
        if pin.use == "pin" and found.trained_at > pin.from_at:
            raise RuleError(
                f"{_place(pin)}: {pin.model_version} was learnt on {_day(found.trained_at)}, after "
                f"{_day(pin.from_at)}, from which it is pinned.",
                remedy="Pin it from a later day: no model judges days on which it was not known.",
            )


def _place(pin: Pin) -> str:
    return f"rules/models.csv, row {pin.row}, column model_version"


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at // 1_000_000, UTC):%Y-%m-%d}"

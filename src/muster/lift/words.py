"""What is said about an experiment: whether something can be estimated, and if not, why."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from muster.lift.effects import Effect

WEEK = 7 * 86_400_000_000
HORIZON = 13 * WEEK
PRECISION = 6  # decimals of published estimates: sums in another order differ far behind them

OUTCOMES = {
    "openings": ("openings", False),
    "won": ("won deals", False),
    "won_amount": ("won {currency}", False),
    "groups": ("groups in a buying cycle", True),
    "upward_reads": ("upward reads", True),
}


@dataclass(slots=True, kw_only=True)
class Line:
    """One row of `lift`: an experiment, an outcome, and what came out or why nothing did."""

    experiment: str
    program_id: str | None
    name: str
    design: str
    method: str
    outcome: str
    is_randomised: bool = False
    is_surrogate: bool = False
    currency: str | None = None
    starts_at: int | None = None
    to_at: int | None = None
    treated_count: int = 0
    holdout_count: int = 0
    treated_per_1000: float | None = None
    holdout_per_1000: float | None = None
    estimate_per_1000: float | None = None
    low_per_1000: float | None = None
    high_per_1000: float | None = None
    low_80_per_1000: float | None = None
    high_80_per_1000: float | None = None
    estimate_cents: int | None = None
    low_cents: int | None = None
    high_cents: int | None = None
    detectable_before_per_1000: float | None = None
    detectable_per_1000: float | None = None
    balance_p: float | None = None
    treated_reached_share: float | None = None
    holdout_reached_share: float | None = None
    is_interim: bool = False
    status: str = "not_estimable"
    reason: str | None = None
    sentence: str = ""

    def tell(self, effect: Effect, *, treated: float, held_out: float) -> None:
        """Write down an effect a unit, and the means of both arms, per 1,000."""
        self.status = "estimable"
        self.treated_per_1000, self.holdout_per_1000 = 1000 * treated, 1000 * held_out
        self.estimate_per_1000 = 1000 * effect.estimate
        self.low_per_1000, self.high_per_1000 = (1000 * end for end in effect.interval(0.95))
        self.low_80_per_1000, self.high_80_per_1000 = (1000 * end for end in effect.interval(0.80))
        self.detectable_per_1000 = 1000 * effect.detectable
        if self.outcome == "won_amount":
            of_all = 100 * self.treated_count
            self.estimate_cents = round(of_all * effect.estimate)
            self.low_cents, self.high_cents = (round(of_all * end) for end in effect.interval(0.95))

    def row(self) -> dict[str, Any]:
        """As a row of the table; figures that are no counts rounded."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {k: round(v, PRECISION) + 0.0 if isinstance(v, float) else v for k, v in values.items()}


_KINDS = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
SCHEMA = pa.schema(
    [
        (f.name, next(arrow for kind, arrow in _KINDS.items() if kind.__name__ == str(f.type).split(" ")[0]))
        for f in fields(Line)
    ]
)


def say(line: Line, *, unit: str = "accounts", test: str = "This hold-out") -> str:
    """The row in a sentence: what came out and what could have been seen, or why nothing is estimated."""
    name, _ = OUTCOMES[line.outcome]
    what = name.format(currency=line.currency or "")
    if line.reason:
        return f"Not estimable: {line.reason}."
    if line.estimate_per_1000 is None or line.low_per_1000 is None or line.high_per_1000 is None:
        return ""
    seen = (
        f" {test} could have seen {ceiling(line.detectable_per_1000)} {what} per 1,000 {unit} or more."
        if line.detectable_per_1000 is not None
        else ""
    )
    return (
        f"{signed(line.estimate_per_1000)} {what} per 1,000 {unit} "
        f"(95 %: {signed(line.low_per_1000)} to {signed(line.high_per_1000)})"
        f"{'; an interim look' if line.is_interim else ''}.{seen}"
    )


def signed(value: float) -> str:
    """A difference with its sign, as exact as its size asks for."""
    digits = 0 if abs(value) >= 100 else 1
    text = f"{abs(value):,.{digits}f}"
    return text if not float(text.replace(",", "")) else ("+" if value > 0 else "\u2212") + text


def ceiling(value: float | None) -> str:
    """A bound, rounded up: what a test could have seen is never said to be less."""
    return "" if value is None else f"{-int(-value // 1):,}"


def day(at: int) -> str:
    """An instant's day: `2025-03-31`."""
    return datetime.fromtimestamp(at / 1e6, UTC).date().isoformat()

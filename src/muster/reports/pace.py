"""The second row of large figures on page 1: how fast money comes in, and what a new customer costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from muster.reports.money import short
from muster.reports.published import Published
from muster.reports.quarter import quarter_of
from muster.reports.scope import Scope
from muster.reports.sheets import Headline, Headlines
from muster.reports.values import NOTHING, percent_of
from muster.reports.velocity import ALL
from muster.reports.wilson import FEWEST

Row = dict[str, Any]


def pace_headlines(tables: Published, scope: Scope) -> Headlines:
    """Velocity, win rate, cost per acquisition and spend beside the quarter before and last year's."""
    days = ", ".join(f"DATE '{quarter.starts_on}'" for quarter in scope.compared)
    speed = _by_quarter(
        tables.records(f"""
        SELECT period_on, closed_count, won_count, dollars_per_day_cents FROM velocity
        WHERE solution_id = '{ALL}' AND currency = '{scope.currency}' AND period_on IN ({days})""")
    )
    cost = _by_quarter(
        tables.records(f"""
        SELECT period_on, spend_cents, customers_won, cpa_cents FROM cost_per_acquisition
        WHERE currency = '{scope.currency}' AND period_on IN ({days})""")
    )

    def money(name: str) -> Callable[[Row], str | None]:
        return lambda row: None if row[name] is None else short(int(row[name]), scope.currency)

    def spend(row: Row) -> str | None:
        return short(int(row["spend_cents"]), scope.currency) if row["spend_cents"] else None

    def win_rate(row: Row) -> str | None:
        won, closed = int(row["won_count"]), int(row["closed_count"])
        return percent_of(won, closed) if closed >= FEWEST else f"{won} of {closed}" if closed else None

    def figure(label: str, to: str, rows: dict[str, Row], write: Callable[[Row], str | None]) -> Headline:
        told = [write(rows[q.label]) if q.label in rows else None for q in scope.compared]
        compared = tuple(
            f"{text} in {quarter.label}"
            for quarter, text in zip(scope.compared[1:], told[1:], strict=True)
            if text is not None
        )
        lacking = "none on record to compare with" if told[0] else f"not known for {scope.quarter.label}"
        return Headline(label, told[0] or NOTHING, compared or (lacking,), to)

    return Headlines(
        (
            figure("Velocity, won a day", "velocity", speed, money("dollars_per_day_cents")),
            figure("Win rate, of those closed", "win-rate", speed, win_rate),
            figure("Cost per new customer", "acquisition", cost, money("cpa_cents")),
            figure("Spend on programmes", "acquisition", cost, spend),
        ),
        is_minor=True,
    )


def _by_quarter(rows: list[Row]) -> dict[str, Row]:
    return {quarter_of(row["period_on"]).label: row for row in rows}

"""What the open opportunities are expected to bring, with the interval of simulated futures."""

from __future__ import annotations

from muster.reports.charts.shapes import Spread, Spreads
from muster.reports.money import short
from muster.reports.published import Published
from muster.reports.scope import Scope
from muster.reports.sheets import Column, Picture, Query, Sheet
from muster.reports.values import Money, Value, counted, show
from muster.reports.velocity import ALL

NOTE = (
    "Expected: each opportunity's amount times its chance to be won, by the furthest stage it reached and "
    "its days there. From and to hold 80 of 100 simulated futures, in which accounts are drawn anew "
    "and each opportunity is won or not. Told as of the date of the run, whatever quarter the pack is of. "
    "Amounts are today's."
)


def forecast_picture(tables: Published, scope: Scope) -> Picture:
    """The open pipeline by solution: unweighted, expected, and from where to where."""
    sql = f"""
    SELECT solution_id, currency, open_count, open_cents, expected_cents, low_cents, high_cents,
        CAST(ROUND(expected_count * 10) AS BIGINT) AS expected_tenths
    FROM forecast
    ORDER BY CASE WHEN currency = '{scope.currency}' THEN 0 ELSE 1 END, currency,
        CASE WHEN solution_id = '{ALL}' THEN 0 ELSE 1 END, open_cents DESC, solution_id"""
    rows: list[tuple[Value, ...]] = []
    bars = []
    still = 0
    title = "Nothing is open"
    for r in tables.records(sql):
        label = "All solutions" if r["solution_id"] == ALL else str(r["solution_id"])
        currency, told = str(r["currency"]), r["expected_cents"] is not None
        expected, low, high = (
            int(r[f"{name}_cents"]) if told else None for name in ("expected", "low", "high")
        )
        line = label if currency == scope.currency else f"{label}, {currency}"
        money = (None if cents is None else Money(cents, currency) for cents in (expected, low, high))
        rows.append((line, int(r["open_count"]), Money(int(r["open_cents"]), currency), *money))
        if expected is None or low is None or high is None:
            title = "Too few opportunities are closed to say what the open ones will bring"
        elif currency == scope.currency:
            ends = (("at the low end", low), ("at the high end", high))
            bars.append(Spread(label, expected, ends))
            if r["solution_id"] == ALL:
                still = int(r["open_count"])
                title = (
                    f"{short(expected, currency)} of {short(int(r['open_cents']), currency)} open is "
                    "expected to be won"
                )
    opened = counted(still, "opportunity", "opportunities")
    return Picture(
        "forecast-picture",
        title,
        "For each solution, what its open opportunities are expected to bring, on a bar from the low to the "
        "high end of 80 of 100 simulated futures.",
        f"Rests on {opened} open on {show(scope.as_of.date())}.",
        Spreads("won in the end, of what is open", "expected", tuple(bars), scope.currency, "always")
        if bars
        else None,
        Sheet(
            "forecast",
            f"Forecast: what is open on {show(scope.as_of.date())}",
            (
                Column("Solution", is_words=True),
                Column("Open"),
                Column("Amount"),
                Column("Expected"),
                Column("80 % from"),
                Column("to"),
            ),
            tuple(rows),
            Query(("forecast",), sql),
            "No opportunity is open, so there is nothing to forecast.",
            note=NOTE,
            is_to_date=True,
        ),
    )

"""Velocity, dollars a day with every factor, and the cost of a new customer."""

from __future__ import annotations

from muster.reports.money import short
from muster.reports.published import Published
from muster.reports.quarter import quarter_of
from muster.reports.scope import Scope, within
from muster.reports.sheets import Column, Query, Sentence, Sheet, say
from muster.reports.values import Days, Money, Rate, Value, counted, show

ALL = "(all)"
NEW_CUSTOMERS = "New customers: accounts whose first new business was won in the quarter. "


def velocity_sheet(tables: Published, scope: Scope) -> tuple[Sheet, Sentence | None]:
    """The quarter's velocity by solution, and the whole for the quarters compared."""
    sql = f"""
    SELECT period_on, solution_id, currency, closed_count, won_count, win_rate, mean_won_cents,
        mean_cycle_days,
        dollars_per_day_cents, open_count
    FROM velocity
    WHERE {within("period_on", scope.quarter)} OR (solution_id = '{ALL}'
        AND period_on IN (DATE '{scope.before.starts_on}', DATE '{scope.year_ago.starts_on}'))
    ORDER BY CASE WHEN currency = '{scope.currency}' THEN 0 ELSE 1 END, currency,
        CASE WHEN solution_id = '{ALL}' THEN 0 ELSE 1 END, period_on DESC, solution_id"""
    rows: list[tuple[Value, ...]] = []
    sentence = None
    for r in tables.records(sql):
        quarter = quarter_of(r["period_on"]).label
        label = f"{quarter}, all solutions" if r["solution_id"] == ALL else f"{quarter}, {r['solution_id']}"
        label += "" if r["currency"] == scope.currency else f", {r['currency']}"
        mean, per_day = (
            None if r[name] is None else Money(int(r[name]), r["currency"])
            for name in ("mean_won_cents", "dollars_per_day_cents")
        )
        days, rate = Days(r["mean_cycle_days"]), Rate(r["win_rate"])
        closed, won = int(r["closed_count"]), int(r["won_count"])
        rows.append((label, closed, won, rate, mean, days, per_day, int(r["open_count"])))
        if (
            sentence is None
            and r["solution_id"] == ALL
            and quarter == scope.quarter.label
            and mean
            and per_day
        ):
            sentence = say(
                f"Velocity: {counted(closed, 'opportunity', 'opportunities')} closed \u00d7 {show(rate)} won "
                f"\u00d7 {short(mean.cents, mean.currency)} ÷ {show(days)} days = {{}} a day.",
                (short(per_day.cents, per_day.currency), "velocity"),
            )
    sheet = Sheet(
        "velocity",
        "Velocity: opportunities closed \u00d7 win rate \u00d7 mean won amount ÷ mean cycle days",
        (
            Column("Quarter and solution", is_words=True),
            Column("Closed"),
            Column("Won"),
            Column("Win rate"),
            Column("Mean won"),
            Column("Mean days, created to closed"),
            Column("Won a day"),
            Column("Open, left out"),
        ),
        tuple(rows),
        Query(("velocity",), sql),
        f"No opportunity closed in {scope.quarter.label}, so there is no velocity yet.",
        note="Days run from creation to closing of those closed in the quarter; open opportunities "
        "are left out.",
    )
    return sheet, sentence


def acquisition_sheet(tables: Published, scope: Scope) -> Sheet:
    """Acquisition spend over customers won, for the quarters compared and those between."""
    sql = f"""
    SELECT period_on, currency, spend_cents, customers_won, cpa_cents, note
    FROM cost_per_acquisition
    WHERE {within("period_on", scope.year_ago, scope.quarter)}
    ORDER BY CASE WHEN currency = '{scope.currency}' THEN 0 ELSE 1 END, currency, period_on DESC"""
    found = tables.records(sql)
    rows = tuple(
        (
            quarter_of(r["period_on"]).label
            + ("" if r["currency"] == scope.currency else f", {r['currency']}"),
            Money(int(r["spend_cents"]), r["currency"]) if r["spend_cents"] else None,
            int(r["customers_won"]),
            None if r["cpa_cents"] is None else Money(int(r["cpa_cents"]), r["currency"]),
        )
        for r in found
    )
    notes = dict.fromkeys(str(r["note"]).strip() for r in found if r["note"])
    return Sheet(
        "acquisition",
        "Cost per acquisition",
        (
            Column("Quarter", is_words=True),
            Column("Spend on programmes"),
            Column("New customers won"),
            Column("Cost per new customer"),
        ),
        rows,
        Query(("cost_per_acquisition",), sql),
        "No spend is on record for these quarters. Add a source for the table spend to muster.toml, then "
        "run: muster run",
        note=NEW_CUSTOMERS + " ".join(f"{note[0].upper()}{note[1:].rstrip('.')}." for note in notes),
    )

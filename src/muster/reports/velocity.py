"""Velocity, dollars a day with every factor, and the cost of a new customer."""

from __future__ import annotations

from typing import Any

from muster.reports.money import short
from muster.reports.published import Published
from muster.reports.quarter import quarter_of
from muster.reports.scope import Scope, within
from muster.reports.sheets import Column, Query, Sentence, Sheet, say
from muster.reports.values import Days, Money, Rate, Value, counted, show
from muster.reports.wilson import FEWEST

ALL = "(all)"
NEW_CUSTOMERS = "New customers: accounts whose first new business was won in the quarter. "


def velocity_sheet(tables: Published, scope: Scope) -> tuple[Sheet, Sentence | None]:
    """The quarter's velocity by solution with every factor, and the whole for the quarters compared."""
    sql = f"""
    SELECT period_on, solution_id, currency, opened_count, watched_count, win_share, win_share_low,
        win_share_high, mean_won_cents, mean_days, restricted_days, dollars_per_day_cents
    FROM velocity
    {_shown(scope)}"""
    rows: list[tuple[Value, ...]] = []
    sentence = None
    for r in tables.records(sql):
        quarter = quarter_of(r["period_on"]).label
        mean, per_day = (
            None if r[name] is None else Money(int(r[name]), r["currency"])
            for name in ("mean_won_cents", "dollars_per_day_cents")
        )
        is_thin = int(r["watched_count"]) < FEWEST
        share, low, high = (Rate(None if is_thin else r[f"win_share{end}"]) for end in ("", "_low", "_high"))
        days, opened = Days(r["mean_days"]), int(r["opened_count"])
        rows.append(
            (_label(r, scope), opened, share, low, high, mean, days, per_day, int(r["watched_count"]))
        )
        is_whole = r["solution_id"] == ALL and quarter == scope.quarter.label
        if sentence is None and is_whole and mean and per_day and not is_thin:
            sentence = say(
                f"Velocity: {counted(opened, 'opportunity', 'opportunities')} opened \u00d7 {show(share)} "
                f"won \u00d7 {short(mean.cents, mean.currency)} ÷ {show(days)} days open = {{}} a day.",
                (short(per_day.cents, per_day.currency), "velocity"),
            )
    sheet = Sheet(
        "velocity",
        "Velocity: opportunities opened \u00d7 part won \u00d7 mean won amount ÷ mean days open",
        (
            Column("Quarter and solution", is_words=True),
            Column("Opened"),
            Column("Part won"),
            Column("95 % from"),
            Column("to"),
            Column("Mean won"),
            Column("Mean days open"),
            Column("Won a day"),
            Column("Rests on"),
        ),
        tuple(rows),
        Query(("velocity",), sql),
        f"No opportunity was opened or closed in {scope.quarter.label}, so there is no velocity yet.",
        note="Part won, amount and days are those of the opportunities opened in the two years up to the "
        "quarter's end (rests on), open ones counting as open: Aalen and Johansen's share, and the mean days "
        "to any closing, counting no more than two years of any.",
    )
    return sheet, sentence


def win_rate_sheet(tables: Published, scope: Scope) -> Sheet:
    """Win rates of the opportunities that closed in a quarter, by count and by amount."""
    sql = f"""
    SELECT period_on, solution_id, currency, closed_count, won_count, win_rate, closed_cents, won_cents,
        win_rate_by_amount, open_count
    FROM velocity
    {_shown(scope)}"""
    rows: list[tuple[Value, ...]] = []
    for r in tables.records(sql):
        closed, won = int(r["closed_count"]), int(r["won_count"])
        is_thin = closed < FEWEST
        by_count, by_amount = (
            Rate(None if is_thin else r[name]) for name in ("win_rate", "win_rate_by_amount")
        )
        cents, won_cents = (Money(int(r[f"{name}_cents"]), r["currency"]) for name in ("closed", "won"))
        counts = (_label(r, scope), closed, won, by_count)
        rows.append((*counts, cents, won_cents, by_amount, int(r["open_count"])))
    return Sheet(
        "win-rate",
        "Win rate of what closed in the quarter: won ÷ closed, by count and by amount",
        (
            Column("Quarter and solution", is_words=True),
            Column("Closed"),
            Column("Won"),
            Column("By count"),
            Column("Closed amount"),
            Column("Won amount"),
            Column("By amount"),
            Column("Open at its end"),
        ),
        tuple(rows),
        Query(("velocity",), sql),
        f"No opportunity closed in {scope.quarter.label}.",
        note="Divides by what closed in the quarter, whenever it was opened. What part of the opened ones is "
        "won stands above.",
    )


def _shown(scope: Scope) -> str:
    return f"""WHERE {within("period_on", scope.quarter)} OR (solution_id = '{ALL}'
        AND period_on IN (DATE '{scope.before.starts_on}', DATE '{scope.year_ago.starts_on}'))
    ORDER BY CASE WHEN currency = '{scope.currency}' THEN 0 ELSE 1 END, currency,
        CASE WHEN solution_id = '{ALL}' THEN 0 ELSE 1 END, period_on DESC, solution_id"""


def _label(row: dict[str, Any], scope: Scope) -> str:
    quarter = quarter_of(row["period_on"]).label
    label = f"{quarter}, all solutions" if row["solution_id"] == ALL else f"{quarter}, {row['solution_id']}"
    return label if row["currency"] == scope.currency else f"{label}, {row['currency']}"


def acquisition_sheet(tables: Published, scope: Scope) -> Sheet:
    """What new customers cost, by the spend of as many months earlier as deals take."""
    sql = f"""
    SELECT period_on, currency, spend_cents, lag_months, lagged_spend_cents, customers_won, cpa_cents,
        cpa_low_cents, cpa_high_cents, cac_cents, payback_months, note
    FROM cost_per_acquisition
    WHERE {within("period_on", scope.year_ago, scope.quarter)}
    ORDER BY CASE WHEN currency = '{scope.currency}' THEN 0 ELSE 1 END, currency, period_on DESC"""
    found = tables.records(sql)
    names = ("cpa_cents", "cpa_low_cents", "cpa_high_cents", "cac_cents")
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            quarter_of(r["period_on"]).label
            + ("" if r["currency"] == scope.currency else f", {r['currency']}"),
            Money(int(r["spend_cents"]), r["currency"]) if r["spend_cents"] else None,
            None if r["lagged_spend_cents"] is None else Money(int(r["lagged_spend_cents"]), r["currency"]),
            None if r["lag_months"] is None else int(r["lag_months"]),
            int(r["customers_won"]),
            *(None if r[n] is None else Money(int(r[n]), r["currency"]) for n in names),
            Days(r["payback_months"]),
        )
        for r in found
    )
    notes = dict.fromkeys(str(r["note"]).strip() for r in found if r["note"])
    return Sheet(
        "acquisition",
        "Cost per acquisition",
        (
            Column("Quarter", is_words=True),
            Column("Spend in it"),
            Column("Spend the lag earlier"),
            Column("Lag, months"),
            Column("New customers won"),
            Column("Cost per new customer"),
            Column("80 % from"),
            Column("to"),
            Column("With sales' cost"),
            Column("Payback, months"),
        ),
        rows,
        Query(("cost_per_acquisition",), sql),
        "No spend is on record for these quarters. Add a source for the table spend to muster.toml, then "
        "run: muster run",
        note=NEW_CUSTOMERS
        + "Their cost: marketing's spend on acquisition as many months earlier as deals take, over them. "
        + " ".join(f"{note[0].upper()}{note[1:].rstrip('.')}." for note in notes),
    )

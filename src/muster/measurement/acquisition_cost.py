"""What a new customer costs, quarter by quarter: spend of the right months, payback, and intervals."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from statistics import median

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from muster.engine.protocol import Engine
from muster.measurement.credit_interval import DRAWS, FEWEST, TAIL, draw

_DAY = 86_400_000_000
_MONTH_DAYS = Fraction(365_25, 12_00)
_CENTS = (
    *("spend_cents", "customers_won", "lag_months", "lagged_spend_cents", "sales_cost_cents", "cpa_cents"),
    *("cpa_low_cents", "cpa_high_cents", "cac_cents", "new_mrr_cents", "pipeline_cents", "revenue_cents"),
    *("account_count", "kept_out_count"),
)
_REALS = (
    *("payback_months", "pipeline_per_unit", "pipeline_low", "pipeline_high"),
    *("revenue_per_unit", "revenue_low", "revenue_high"),
)
_SCHEMA = pa.schema(
    [
        ("period_on", pa.int64()),
        ("currency", pa.string()),
        *((name, pa.int64()) for name in _CENTS),
        *((name, pa.float64()) for name in _REALS),
        ("note", pa.string()),
    ]
)
NOTE = "spend of the months that lie the lag earlier; salaries and tools only where rows of spend hold them"
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Happening:
    """Pipeline, revenue, a first contract or a first win of one buyer: instant and cents (None: no rate)."""

    kind: str
    buyer: str
    at: int
    cents: int | None
    cycle_us: int | None


@dataclass(frozen=True, slots=True)
class MonthCost:
    """Company cents of one purpose laid on one month, and how many rows of it lack a rate."""

    month: int
    purpose: str
    cents: int
    kept_out: int


@dataclass(frozen=True, slots=True)
class Terms:
    """From when to when which margin (a part of 1) and lag (None: as deals took) hold."""

    from_at: int
    to_at: int
    margin: Fraction
    lag_months: int | None


def put_acquisition_cost(engine: Engine) -> None:
    """Put `cost_per_acquisition`, made of `acquisition`, `tactic_cost`, `quarter` and `rule_finance`."""
    happenings = [
        Happening(*row.values())
        for row in engine.arrow(
            "SELECT a.kind, a.buyer, a.happened_at, a.company_cents, a.cycle_us FROM acquisition AS a"
            " ORDER BY a.happened_at, a.kind, a.buyer, a.company_cents"
        ).to_pylist()
    ]
    costs = [
        MonthCost(_month(row["month_on"]), row["purpose"], row["cents"], row["kept_out"])
        for row in engine.arrow(
            "SELECT t.month_on, t.purpose, CAST(SUM(t.company_cents) AS BIGINT) AS cents,"
            " COUNT(CASE WHEN t.kept_out_cents <> 0 THEN 1 END) AS kept_out"
            " FROM tactic_cost AS t GROUP BY t.month_on, t.purpose ORDER BY t.month_on, t.purpose"
        ).to_pylist()
    ]
    terms = [
        Terms(row["from_at"], row["to_at"], Fraction(row["margin"], 1_000_000), row["lag_months"])
        for row in engine.arrow(
            "SELECT f.from_at, f.to_at, f.gross_margin_millionths AS margin, f.lag_months"
            " FROM rule_finance AS f"
        ).to_pylist()
    ]
    calendar = engine.arrow(
        "SELECT q.quarter_on, q.next_quarter_on FROM quarter AS q ORDER BY q.quarter_on"
    ).to_pylist()
    [currency] = engine.arrow("SELECT c.currency FROM clock AS c").column("currency").to_pylist()
    quarters = [(row["quarter_on"], row["next_quarter_on"]) for row in calendar]
    rows = [
        {"currency": currency} | row for row in acquisition_rows(quarters, happenings, costs, terms=terms)
    ]
    engine.put("cost_per_acquisition", pa.Table.from_pylist(rows, schema=_SCHEMA))


def acquisition_rows(
    quarters: Sequence[tuple[int, int]],
    happenings: Sequence[Happening],
    costs: Sequence[MonthCost],
    *,
    terms: Sequence[Terms],
) -> list[Row]:
    """A row for each quarter (its first instant, and the next one's) with anything to tell.

    CPA = spend on acquisition / new customers, CAC with the cost of selling (Garoutte, *Beware of the MQL
    Trap*; SaaS Metrics Standards Board, *CAC payback*). Intervals: the bootstrap over accounts (Efron 1979),
    80 %, spend held fixed.
    """
    starts = [start for start, _ in quarters]
    inside: dict[int, list[Happening]] = {start: [] for start in starts}
    for each in happenings:
        place = bisect_right(starts, each.at) - 1
        if place >= 0 and each.at < quarters[place][1]:
            inside[starts[place]].append(each)
    first_month = min((cost.month for cost in costs if cost.purpose == "acquisition"), default=None)
    sells = any(cost.purpose == "sales" for cost in costs)
    rows, cycles = [], []
    for start in starts:
        cycles += [e.cycle_us for e in inside[start] if e.kind == "customer" and e.cycle_us is not None]
        [held] = [each for each in terms if each.from_at <= start < each.to_at]
        lag = held.lag_months if held.lag_months is not None else _median_months(cycles)
        own = _month(start)
        window = range(0) if lag is None else range(own - lag, own - lag + 3)
        known = bool(window) and first_month is not None and window[0] >= first_month
        row = _quarter_row(
            inside[start],
            spend=_spent(costs, "acquisition", range(own, own + 3)),
            lagged=_spent(costs, "acquisition", window) if known else None,
            selling=_spent(costs, "sales", window) if sells and window else None,
            margin=held.margin,
        )
        kept_out = sum(cost.kept_out for cost in costs if own <= cost.month < own + 3)
        kept_out += sum(each.cents is None for each in inside[start])
        if inside[start] or row["spend_cents"] or kept_out:
            rows.append(
                {"period_on": start, "lag_months": lag, "kept_out_count": kept_out, "note": NOTE} | row
            )
    return rows


def _quarter_row(
    happened: Sequence[Happening],
    *,
    spend: int,
    lagged: int | None,
    selling: int | None,
    margin: Fraction,
) -> Row:
    cents = {
        kind: sum(each.cents or 0 for each in happened if each.kind == kind)
        for kind in ("pipeline", "revenue", "recurring")
    }
    customers = sum(each.kind == "customer" for each in happened)
    cpa = None if lagged is None or not customers else lagged // customers
    cac = None if lagged is None or selling is None or not customers else (lagged + selling) // customers
    mrr = cents["recurring"] // 12
    paid = cac if cac is not None else cpa
    buyers, table = _by_buyer(happened)
    draws = _resampled(table) if len(buyers) >= FEWEST else None
    row: Row = {
        "spend_cents": spend,
        "customers_won": customers,
        "lagged_spend_cents": lagged,
        "sales_cost_cents": selling,
        "cpa_cents": cpa,
        "cac_cents": cac,
        "new_mrr_cents": mrr,
        "payback_months": float(paid * customers / (mrr * margin)) if paid is not None and mrr > 0 else None,
        "pipeline_cents": cents["pipeline"],
        "revenue_cents": cents["revenue"],
        "account_count": len(buyers),
        "pipeline_per_unit": _ratio(cents["pipeline"], spend),
        "revenue_per_unit": _ratio(cents["revenue"], lagged),
    }
    low_cpa = high_cpa = None
    if draws is not None and cpa is not None and lagged is not None:
        most, least = int(draws[-TAIL - 1, 2]), int(draws[TAIL, 2])
        low_cpa = lagged // most if most else None
        high_cpa = lagged // least if least else None
    row |= {"cpa_low_cents": low_cpa, "cpa_high_cents": high_cpa}
    for column, name, base in ((0, "pipeline", spend), (1, "revenue", lagged)):
        row[f"{name}_low"] = None if draws is None else _ratio(int(draws[TAIL, column]), base)
        row[f"{name}_high"] = None if draws is None else _ratio(int(draws[-TAIL - 1, column]), base)
    return row


def _by_buyer(happened: Sequence[Happening]) -> tuple[list[str], npt.NDArray[np.float64]]:
    """Each buyer with an opportunity created or won: cents of pipeline, of revenue, and new customers."""
    column = {"pipeline": 0, "revenue": 1, "customer": 2}
    mine = [each for each in happened if each.kind in column]
    buyers = sorted({each.buyer for each in mine})
    place = {buyer: number for number, buyer in enumerate(buyers)}
    table = np.zeros((len(buyers), 3))
    for each in mine:
        table[place[each.buyer], column[each.kind]] += 1 if each.kind == "customer" else each.cents or 0
    return buyers, table


def _resampled(table: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The sums of 500 draws of the buyers, each column sorted; whole numbers below 2^53, so exact."""
    drawn = draw(len(table)) @ table
    assert drawn.shape[0] == DRAWS
    return np.sort(drawn, axis=0)


def _spent(costs: Sequence[MonthCost], purpose: str, months: range) -> int:
    return sum(cost.cents for cost in costs if cost.purpose == purpose and cost.month in months)


def _median_months(cycles: Sequence[int]) -> int | None:
    """The median time from creation to the first win, in whole months, half a month up."""
    if not cycles:
        return None
    days = Fraction(median(cycles)) / _DAY
    return int(days / _MONTH_DAYS + Fraction(1, 2))


def _ratio(cents: int, base: int | None) -> float | None:
    return cents / base if base is not None and base > 0 else None


def _month(micros: int) -> int:
    day = datetime.fromtimestamp(micros // 1_000_000, UTC)
    return 12 * day.year + day.month

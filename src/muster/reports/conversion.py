"""Conversion to closed: cohorts of opportunities by the quarter they opened in, and stage by stage."""

from __future__ import annotations

from typing import Any

from muster.reports.charts.shapes import Interval, Intervals
from muster.reports.published import Published
from muster.reports.quarter import Quarter, quarter_of
from muster.reports.scope import Scope
from muster.reports.sheets import Column, Picture, Query, Sheet
from muster.reports.values import Rate, Value, counted, percent_of
from muster.reports.wilson import FEWEST, estimate

NOTE = (
    "Share: reached / decided, Wilson interval. Decided: reached it, or closed. Opportunities still open are "
    "left out of the share; young cohorts will change. Opportunities of every currency."
)


def won_by_cohort(tables: Published, scope: Scope) -> Picture:
    """The share of decided opportunities won, by the quarter in which they were opened."""
    sql = f"""
    SELECT cohort_start, entered_count, reached_count, open_count, at_risk, estimate, low, high
    FROM conversion
    WHERE from_stage = 'opened' AND to_stage = 'won' AND horizon_days IS NULL
        AND cohort_start >= DATE '{scope.shown[0].starts_on}' AND cohort_start < DATE
            '{scope.quarter.ends_on}'
    ORDER BY cohort_start DESC"""
    found = tables.records(sql)
    rows: list[tuple[Value, ...]] = []
    bars = []
    for r in found:
        quarter = quarter_of(r["cohort_start"])
        is_thin = int(r["at_risk"]) < FEWEST
        share, low, high = (None if is_thin else r[name] for name in ("estimate", "low", "high"))
        counts = [int(r[name]) for name in ("entered_count", "reached_count", "open_count", "at_risk")]
        rows.append((quarter.label, *counts, Rate(share), Rate(low), Rate(high)))
        beside = f"{counts[1]:,} of {counts[3]:,}, {counts[2]:,} open"
        bars.append(Interval(quarter.label, share, low, high, beside, is_now=quarter == scope.quarter))
    sheet = Sheet(
        "conversion",
        "Opened to won, by the quarter in which the opportunity was opened",
        (
            Column("Opened in", is_words=True),
            Column("Opportunities"),
            Column("Won"),
            Column("Still open"),
            Column("Decided"),
            Column("Share of decided"),
            Column("95 % from"),
            Column("to"),
        ),
        tuple(rows),
        Query(("conversion",), sql),
        "No opportunity was opened in the two years before. Opportunities come from your CRM's export.",
        note=NOTE,
        is_to_date=True,
    )
    decided = sum(int(r["at_risk"]) for r in found)
    return Picture(
        "conversion-picture",
        _finding(found, scope.quarter),
        "For each quarter, the share of its decided opportunities that were won, with a 95 % interval, "
        "and how many are still open.",
        f"Rests on {counted(decided, 'decided opportunity', 'decided opportunities')}.",
        Intervals("won, share of decided, 95 % interval", tuple(bars)) if found else None,
        sheet,
    )


def _finding(found: list[dict[str, Any]], quarter: Quarter) -> str:
    if not found:
        return "No opportunity was opened"
    decided, won = sum(int(r["at_risk"]) for r in found), sum(int(r["reached_count"]) for r in found)
    if estimate(won, decided) is None:
        return "Too few opportunities are decided to say what share is won"
    still = [int(r["open_count"]) for r in found if quarter_of(r["cohort_start"]) == quarter]
    rest = f"; {still[0]:,} of {quarter.label} still open" if still and still[0] else ""
    return f"{percent_of(won, decided)} of decided opportunities were won{rest}"


def stages_sheet(tables: Published, scope: Scope) -> Sheet:
    """How far the opportunities of the last four quarters got, stage by stage."""
    first = scope.quarter.plus(-3)
    sql = f"""
    SELECT from_stage, to_stage, SUM(entered_count) AS entered_count, SUM(reached_count) AS reached_count,
        SUM(open_count) AS open_count
    FROM conversion
    WHERE horizon_days IS NULL AND (from_stage = 'opened' OR to_stage = 'won')
        AND cohort_start >= DATE '{first.starts_on}' AND cohort_start < DATE '{scope.quarter.ends_on}'
    GROUP BY from_stage, to_stage
    ORDER BY CASE WHEN from_stage = 'opened' THEN 0 ELSE 1 END, entered_count DESC, reached_count DESC,
        from_stage, to_stage"""
    rows: list[tuple[Value, ...]] = []
    for r in tables.records(sql):
        entered, reached, still_open = (int(r[f"{n}_count"]) for n in ("entered", "reached", "open"))
        share = estimate(reached, entered - still_open)
        ends = (share.value, share.low, share.high) if share else (None, None, None)
        label = f"{r['from_stage']} → {r['to_stage']}"
        rows.append((label, entered, reached, still_open, *(Rate(end) for end in ends)))
    return Sheet(
        "stages",
        f"Stage by stage: opportunities opened in {first.label} to {scope.quarter.label}",
        (
            Column("From → to", is_words=True),
            Column("Entered"),
            Column("Reached"),
            Column("Still open"),
            Column("Share of decided"),
            Column("95 % from"),
            Column("to"),
        ),
        tuple(rows),
        Query(("conversion",), sql),
        f"No opportunity was opened in {first.label} to {scope.quarter.label}.",
        note=NOTE,
        shown=8,
        is_to_date=True,
    )

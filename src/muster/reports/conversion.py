"""Conversion to closed: cohorts of opportunities by the quarter they opened in, and stage by stage."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from muster.reports.charts.shapes import Interval, Intervals
from muster.reports.published import Published
from muster.reports.quarter import quarter_of
from muster.reports.scope import Scope
from muster.reports.sheets import Column, Picture, Query, Sheet
from muster.reports.values import Rate, Value, counted, percent
from muster.reports.wilson import FEWEST

NOTE = (
    "Expected in the end: what is won, and the chances of what is open by its stage and age, as older "
    "opportunities went on; from and to hold 95 of 100 simulated futures, and close once nothing is open. "
    "Within 180 days: the share by Aalen and Johansen, open ones counting as open. Share of decided: won ÷ "
    "closed, which says little of a young quarter. Opportunities of every currency and type."
)


def won_by_cohort(tables: Published, scope: Scope) -> Picture:
    """The share of opportunities that is won in the end, by the quarter in which they were opened."""
    sql = f"""
    SELECT f.cohort_start, f.entered_count, f.reached_count, f.open_count, f.estimate, f.low, f.high,
        a.estimate AS by_age, a.at_risk, d.estimate AS decided
    FROM conversion AS f
    JOIN conversion AS d ON d.cohort_start = f.cohort_start AND d.from_stage = f.from_stage
        AND d.to_stage = f.to_stage AND d.method = 'decided_only'
    LEFT JOIN conversion AS a ON a.cohort_start = f.cohort_start AND a.from_stage = f.from_stage
        AND a.to_stage = f.to_stage AND a.method = 'aalen_johansen' AND a.horizon_days = 180
    WHERE f.from_stage = 'opened' AND f.to_stage = 'won' AND f.method = 'expected_final'
        AND f.cohort_start >= DATE '{scope.shown[0].starts_on}'
        AND f.cohort_start < DATE '{scope.quarter.ends_on}'
    ORDER BY f.cohort_start DESC"""
    found = tables.records(sql)
    rows: list[tuple[Value, ...]] = []
    bars = []
    for r in found:
        quarter = quarter_of(r["cohort_start"])
        entered, won, still = (int(r[f"{name}_count"]) for name in ("entered", "reached", "open"))
        is_thin = entered < FEWEST
        share, low, high = (None if is_thin else r[name] for name in ("estimate", "low", "high"))
        by_age = None if r["by_age"] is None or int(r["at_risk"]) < FEWEST else r["by_age"]
        decided = r["decided"] if entered - still >= FEWEST else None
        rates = (Rate(share), Rate(low), Rate(high), Rate(by_age), Rate(decided))
        rows.append((quarter.label, entered, won, still, *rates))
        beside = f"{won:,} of {entered:,} won, {still:,} open"
        bars.append(Interval(quarter.label, share, low, high, beside, is_now=quarter == scope.quarter))
    sheet = Sheet(
        "conversion",
        "Opened to won, by the quarter in which the opportunity was opened",
        (
            Column("Opened in", is_words=True),
            Column("Opportunities"),
            Column("Won"),
            Column("Still open"),
            Column("Expected in the end"),
            Column("from"),
            Column("to"),
            Column("Won within 180 days"),
            Column("Share of decided"),
        ),
        tuple(rows),
        Query(("conversion",), sql),
        "No opportunity was opened in the two years before. Opportunities come from your CRM's export.",
        note=NOTE,
        is_to_date=True,
    )
    entered = sum(int(r["entered_count"]) for r in found)
    still = sum(int(r["open_count"]) for r in found)
    return Picture(
        "conversion-picture",
        _finding(found),
        "For each quarter, the share of its opportunities expected to be won in the end, with the interval "
        "of 95 of 100 simulated futures, and how many are won and still open.",
        f"Rests on {counted(entered, 'opportunity', 'opportunities')}, {still:,} of them still open.",
        Intervals("won in the end, of opened; 95 % interval", tuple(bars)) if found else None,
        sheet,
    )


def _finding(found: list[dict[str, Any]]) -> str:
    """What is expected of the year's opportunities, the young ones among them."""
    if not found:
        return "No opportunity was opened"
    year = found[:4]
    entered, still = (sum(int(r[f"{name}_count"]) for r in year) for name in ("entered", "open"))
    if entered < FEWEST or any(r["estimate"] is None for r in year):
        return "Too few opportunities are closed to say what share is won in the end"
    expected = sum(int(r["entered_count"]) * r["estimate"] for r in year) / entered
    rest = f"; {still:,} of them are still open" if still else ""
    return f"{percent(Decimal(repr(round(expected, 9))))} of the year's opportunities are expected won{rest}"


def stages_sheet(tables: Published, scope: Scope) -> Sheet:
    """How far the opportunities of the last four quarters get, stage by stage."""
    first = scope.quarter.plus(-3)
    sql = f"""
    SELECT from_stage, to_stage, CAST(SUM(entered_count) AS BIGINT) AS entered_count,
        CAST(SUM(reached_count) AS BIGINT) AS reached_count,
        CAST(SUM(open_count) AS BIGINT) AS open_count,
        CASE WHEN COUNT(estimate) = COUNT(*) THEN SUM(entered_count * estimate) / SUM(entered_count) END
            AS expected,
        CASE WHEN COUNT(estimate) = COUNT(*) THEN SUM(entered_count * low) / SUM(entered_count) END AS low,
        CASE WHEN COUNT(estimate) = COUNT(*) THEN SUM(entered_count * high) / SUM(entered_count) END AS high
    FROM conversion
    WHERE method = 'expected_final' AND (from_stage = 'opened' OR to_stage = 'won')
        AND cohort_start >= DATE '{first.starts_on}' AND cohort_start < DATE '{scope.quarter.ends_on}'
    GROUP BY from_stage, to_stage
    ORDER BY CASE WHEN from_stage = 'opened' THEN 0 ELSE 1 END, entered_count DESC, reached_count DESC,
        from_stage, to_stage"""
    rows: list[tuple[Value, ...]] = []
    for r in tables.records(sql):
        entered, reached, still_open = (int(r[f"{n}_count"]) for n in ("entered", "reached", "open"))
        shares = (None if entered < FEWEST else r[name] for name in ("expected", "low", "high"))
        label = " → ".join(str(r[name])[:1].upper() + str(r[name])[1:] for name in ("from_stage", "to_stage"))
        rows.append((label, entered, reached, still_open, *(Rate(share) for share in shares)))
    return Sheet(
        "stages",
        f"Stage by stage: opportunities opened in {first.label} to {scope.quarter.label}",
        (
            Column("From → to", is_words=True),
            Column("Entered"),
            Column("Reached"),
            Column("Still open"),
            Column("Expected in the end"),
            Column("from"),
            Column("to"),
        ),
        tuple(rows),
        Query(("conversion",), sql),
        f"No opportunity was opened in {first.label} to {scope.quarter.label}.",
        note="A skipped stage counts as passed when a later one was entered; a step back takes nothing away. "
        "From and to: the quarters' 95 % intervals added up, so wider than that of the year.",
        shown=8,
        is_to_date=True,
    )

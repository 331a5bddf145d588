"""Won revenue and pipeline: what opportunities closed for, and what is open."""

from __future__ import annotations

from typing import Any

from muster.reports.published import Published
from muster.reports.quarter import quarter_of
from muster.reports.scope import Scope, periods, within
from muster.reports.sheets import Column, Query, Sheet
from muster.reports.values import Change, Money, Value, counted, words

Row = dict[str, Any]
ZERO: Row = dict.fromkeys(
    ("won_count", "won_cents", "sourced_cents", "touched_cents", "untouched_cents", "lacking_count"), 0
)


def won_sheet(tables: Published, scope: Scope) -> tuple[Sheet, dict[str, Row]]:
    """Won revenue of nine quarters by what marketing had to do with it; also by quarter label."""
    sql = f"""
    SELECT CAST(date_trunc('quarter', o.closed_at) AS DATE) AS quarter_on,
        COUNT(*) AS won_count,
        SUM(o.amount_cents) AS won_cents,
        SUM(CASE WHEN s.is_marketing THEN o.amount_cents ELSE 0 END) AS sourced_cents,
        SUM(CASE WHEN i.is_marketing AND NOT COALESCE(s.is_marketing, FALSE)
            THEN o.amount_cents ELSE 0 END) AS touched_cents,
        SUM(CASE WHEN COALESCE(i.is_marketing, FALSE) OR COALESCE(s.is_marketing, FALSE)
            THEN 0 ELSE o.amount_cents END) AS untouched_cents,
        COUNT(*) FILTER (WHERE o.is_amount_missing) AS lacking_count
    FROM known_opportunity AS o
    LEFT JOIN sourcing AS s ON s.opportunity_id = o.opportunity_id AND s.definition = 'first_touch'
    LEFT JOIN influence AS i ON i.opportunity_id = o.opportunity_id AND i.definition = 'group'
    WHERE o.is_won AND o.currency = '{scope.currency}'
        AND {within("o.closed_at", scope.shown[0], scope.quarter)}
    GROUP BY quarter_on ORDER BY quarter_on"""
    found = {quarter_of(r["quarter_on"]).label: r for r in tables.records(sql)}
    by_quarter = {q.label: found.get(q.label, ZERO) for q in scope.shown}
    names = ("won_cents", "sourced_cents", "touched_cents", "untouched_cents")
    rows = tuple(
        (label, r["won_count"], *(Money(int(r[n]), scope.currency) for n in names))
        for label, r in reversed(by_quarter.items())
    )
    lacking = by_quarter[scope.quarter.label]["lacking_count"]
    note = (
        "Touched: somebody of the buying group was. Sourced: by first touch, before the opportunity "
        "existed. The last three columns add up to Won."
    )
    if lacking:
        note += (
            f" {counted(lacking, 'won opportunity', 'won opportunities')} of {scope.quarter.label} without an"
        )
        note += " amount counted as zero."
    sheet = Sheet(
        "won",
        "Won revenue by quarter of closing",
        (
            Column("Quarter", is_words=True),
            Column("Opportunities won"),
            Column("Won"),
            Column("Sourced by marketing"),
            Column("Touched, not sourced"),
            Column("Group not touched"),
        ),
        rows if found else (),
        Query(("known_opportunity", "sourcing", "influence"), sql),
        f"No opportunity was won in the two years to {scope.end}. If that is wrong, see whether the stages"
        " rules name your won stage (rules/stages.csv) and run: muster check",
        note=note,
    )
    return sheet, by_quarter


def pipeline_sheet(tables: Published, scope: Scope) -> tuple[Sheet, dict[str, Row]]:
    """Open amounts at the end of the compared quarters; also by quarter label."""
    sql = f"""
    WITH known AS (
        SELECT p.ends_on, h.opportunity_id, h.amount_cents, ROW_NUMBER() OVER (
            PARTITION BY p.ends_on, h.opportunity_id ORDER BY h.changed_at DESC, h.stage_change_id
                DESC) AS back
        FROM {periods(scope.compared)}
        JOIN known_stage_change AS h ON h.changed_at < p.ends_on AND h.amount_cents IS NOT NULL)
    SELECT p.ends_on, COUNT(*) AS open_count, SUM(COALESCE(k.amount_cents, o.amount_cents)) AS open_cents,
        COUNT(*) FILTER (WHERE k.amount_cents IS NULL AND o.is_amount_missing) AS lacking_count
    FROM {periods(scope.compared)}
    JOIN known_opportunity AS o ON o.created_at < p.ends_on AND (o.closed_at IS NULL OR o.closed_at >=
        p.ends_on)
    LEFT JOIN known AS k ON k.opportunity_id = o.opportunity_id AND k.ends_on = p.ends_on AND k.back = 1
    WHERE o.currency = '{scope.currency}'
    GROUP BY p.ends_on ORDER BY p.ends_on DESC"""
    found = {r["ends_on"]: r for r in tables.records(sql)}
    empty: Row = {"open_count": 0, "open_cents": 0, "lacking_count": 0}
    by_quarter = {q.label: found.get(q.ends_on, empty) for q in scope.compared}
    rows = tuple(
        (
            min(q.last_day, scope.as_of.date()),
            by_quarter[q.label]["open_count"],
            Money(int(by_quarter[q.label]["open_cents"]), scope.currency),
            by_quarter[q.label]["lacking_count"],
        )
        for q in scope.compared
    )
    sheet = Sheet(
        "pipeline",
        "Pipeline: amounts of open opportunities, as they stood on the day",
        (
            Column("Day", is_words=True),
            Column("Open opportunities"),
            Column("Pipeline"),
            Column("Without an amount"),
        ),
        rows if found else (),
        Query(("known_opportunity", "known_stage_change"), sql),
        "No opportunity was open on any of the three days.",
        note="Whole amounts, not weighted by the chance of winning.",
    )
    return sheet, by_quarter


def kinds_sheet(tables: Published, scope: Scope) -> Sheet:
    """Won revenue by kind of opportunity: new business, and what customers bought on top or again."""
    sql = f"""
    SELECT COALESCE(o.type, 'kind not named') AS kind, p.starts_on, COUNT(*) AS won_count,
        SUM(o.amount_cents) AS won_cents
    FROM {periods(scope.compared)}
    JOIN known_opportunity AS o ON o.closed_at >= p.starts_on AND o.closed_at < p.ends_on
    WHERE o.is_won AND o.currency = '{scope.currency}'
    GROUP BY kind, p.starts_on ORDER BY p.starts_on DESC, won_cents DESC, kind"""
    found: dict[str, dict[str, Row]] = {}
    for r in tables.records(sql):
        found.setdefault(r["kind"], {})[quarter_of(r["starts_on"]).label] = r

    def row(kind: str, by_quarter: dict[str, Row]) -> tuple[Value, ...]:
        now, before, year_ago = (by_quarter.get(q.label, ZERO) for q in scope.compared)
        amounts = [int(r["won_cents"]) for r in (now, before, year_ago)]
        written = [Money(cents, scope.currency) for cents in amounts]
        change, change_year = Change(amounts[0], amounts[1]), Change(amounts[0], amounts[2])
        name = words(kind).capitalize()
        return (name, int(now["won_count"]), written[0], written[1], change, written[2], change_year)

    return Sheet(
        "kinds",
        "Won revenue by kind of opportunity",
        (
            Column("Kind", is_words=True),
            Column("Opportunities"),
            Column(scope.quarter.label),
            Column(scope.before.label),
            Column("Change"),
            Column(scope.year_ago.label),
            Column("Change"),
        ),
        tuple(row(kind, by_quarter) for kind, by_quarter in found.items()),
        Query(("known_opportunity",), sql),
        "No opportunity was won in any of the three quarters.",
    )

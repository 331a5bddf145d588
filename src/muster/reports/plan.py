"""Plan and actual: what marketing and sales agreed on for the quarter, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.reports.money import short
from muster.reports.published import Published
from muster.reports.scope import Scope
from muster.reports.sheets import Column, Query, Sheet
from muster.reports.values import Days, Money, Share, Value, words

Row = dict[str, Any]
Plans = Mapping[str, Row]  # by measure: the plan for all solutions, in the company's currency
NAMES = {
    "conversion": "Conversion to closed won",
    "speed": "Days from opening to won",
    "hand_offs": "Groups handed to sales",
    "evidence": "Hand-offs with their evidence",
    "first_action": "First action in the time agreed",
}


def plan_sheet(tables: Published, scope: Scope) -> tuple[Sheet, Plans]:
    """Every goal of the quarter with its owner, and the plans that page 1 compares with."""
    sql = f"""
    SELECT measure, solution_id, currency, unit, owner, target, actual, basis_count, is_met, is_over
    FROM goal WHERE period_on = DATE '{scope.quarter.starts_on}'
    ORDER BY CASE measure WHEN 'revenue' THEN 1 WHEN 'pipeline' THEN 2 WHEN 'pipeline_created' THEN 3
        WHEN 'renewals' THEN 4 WHEN 'conversion' THEN 5 WHEN 'speed' THEN 6 ELSE 7 END, measure,
        CASE WHEN solution_id = '*' THEN 0 ELSE 1 END, solution_id, currency"""
    found = tables.records(sql)
    sheet = Sheet(
        "plan",
        f"Plan and actual of {scope.quarter.label}, and who owns the step",
        (
            Column("Goal", is_words=True),
            Column("Solution", is_words=True),
            Column("Owner", is_words=True),
            Column("Plan"),
            Column("Actual"),
            Column("Met", is_words=True),
            Column("Rests on"),
        ),
        tuple(
            (
                NAMES.get(r["measure"], words(r["measure"]).capitalize()),
                "all" if r["solution_id"] == "*" else r["solution_id"],
                r["owner"],
                _valued(r["target"], r["unit"]),
                _valued(r["actual"], r["unit"]),
                _met(r),
                None if r["basis_count"] is None else int(r["basis_count"]),
            )
            for r in found
        ),
        Query(("goal",), sql),
        "No plan is on record for this quarter: marketing and sales write theirs into rules/goals.csv",
        note="Rests on: the opportunities or hand-offs that the actual is counted from.",
    )
    plans = {
        r["measure"]: r
        for r in found
        if r["solution_id"] == "*" and r["currency"] in (scope.currency, "", None)
    }
    return sheet, plans


def against_plan(plans: Plans, measure: str, currency: str) -> tuple[str, ...]:
    """The line below a large figure: its plan; none where there is none."""
    plan = plans.get(measure)
    if plan is None or plan["target"] is None:
        return ()
    return (f"plan {short(int(plan['target']), currency)}, {_met(plan)}",)


def _met(row: Row) -> str:
    if row["is_met"] is None:
        return "nothing can tell"
    word = "met" if row["is_met"] else "not met"
    return word if row["is_over"] else f"{word} so far"


def _valued(hundredths: int | None, unit: str) -> Value:
    if hundredths is None:
        return None
    if unit == "percent":
        return Share(int(hundredths), 10_000)
    if unit == "days":
        return Days(int(hundredths) / 100)
    if len(unit) == 3 and unit.isupper():
        return Money(int(hundredths), unit)
    return int(hundredths) // 100

"""`muster report goals`: one target sheet for marketing and sales, plan beside actual."""

from __future__ import annotations

from muster.reports.plan import plan_sheet
from muster.reports.published import Published
from muster.reports.scope import Scope
from muster.reports.sheets import Page, Sentence, Sheet, say
from muster.reports.values import counted

_MET = 5  # the column that says whether


def goals_pages(tables: Published, scope: Scope) -> tuple[Page, ...]:
    """Every goal of the quarter with its owner, and both promises, marketing's and sales'."""
    sheet, _ = plan_sheet(tables, scope)
    return (Page("goals", "Plan and actual", _opening(sheet, scope), (sheet,)),)


def _opening(sheet: Sheet, scope: Scope) -> Sentence:
    if not sheet.rows:
        return say(f"Nobody wrote a goal for {scope.quarter.label} into rules/goals.csv.")
    met = sum(str(row[_MET]).startswith("met") for row in sheet.rows)
    return say(
        f"{{}} of {{}} for {scope.quarter.label} met.",
        (str(met), sheet.key),
        (counted(len(sheet.rows), "goal"), sheet.key),
    )

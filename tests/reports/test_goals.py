"""Plan and actual on one sheet for marketing and sales."""

from __future__ import annotations

from pathlib import Path

from muster.reports.goals_report import goals_pages
from muster.reports.report import report
from muster.reports.text import text

TOLD = {"company": "Halden", "currency": "USD", "manifest": {}}


def test_every_goal_of_a_quarter_stands_with_its_owner_and_what_it_came_to(halden: Path) -> None:
    pack = report(halden, title="Plan", pages=goals_pages, period="2025-Q3", **TOLD)
    rows = {str(row[0]): row for row in pack.sheet("plan").rows}
    assert {"Revenue", "Pipeline", "Renewals", "Conversion to closed won"} <= set(rows)
    assert rows["Revenue"][2] == "both" and rows["Renewals"][2] == "sales"
    assert rows["Revenue"][5] == "met" and rows["Pipeline"][5] == "not met"
    said = text(pack)
    assert "$400,000" in said and "$420,912" in said
    met = sum(str(row[5]).startswith("met") for row in rows.values())
    assert f"{met} of {len(rows)} goals for Q3 2025 met." in said


def test_a_quarter_without_goals_says_where_to_write_them(halden: Path) -> None:
    pack = report(halden, title="Plan", pages=goals_pages, period="2023-Q3", **TOLD)
    money = {"Revenue", "Pipeline", "Renewals"}
    assert not money & {str(row[0]) for row in pack.sheet("plan").rows}

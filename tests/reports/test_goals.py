"""Plan and actual on one sheet for marketing and sales."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from muster.reports.board import board
from muster.reports.goals_report import goals_pages
from muster.reports.programs_report import programs_pages
from muster.reports.report import report
from muster.reports.text import text

TOLD: dict[str, Any] = {"company": "Halden", "currency": "USD", "manifest": {}}


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


def test_goals_of_programmes_other_than_leads_stand_once_in_the_board_pack(halden: Path) -> None:
    """With whether they were met: a role reached, firms woken, a stage that lay too long."""
    pack = board(halden, period="2025-Q3", **TOLD)
    rows = {(row[0], str(row[1]).partition(":")[0]): row for row in pack.sheet("goals").rows}
    assert len(rows) == 6
    assert {row[4] for row in rows.values()} == {"met", "missed", "not yet"}
    assert rows["Field workshops", "Speed a stage"][4] == "missed"
    assert rows["Content syndication", "Wake accounts"][4] == "met"
    programs = report(halden, title="P", pages=programs_pages, period="2025-Q3", **TOLD)
    assert [sheet.rows for page in programs.pages for sheet in page.sheets if sheet.key == "goals"] == [
        pack.sheet("goals").rows
    ]


def test_a_quarter_without_goals_says_where_to_write_them(halden: Path) -> None:
    pack = report(halden, title="Plan", pages=goals_pages, period="2023-Q3", **TOLD)
    money = {"Revenue", "Pipeline", "Renewals"}
    assert not money & {str(row[0]) for row in pack.sheet("plan").rows}


def asked(sql: str) -> list[dict[str, Any]]:
    """The rows of a SELECT over files."""
    with duckdb.connect() as connection:
        rows: list[dict[str, Any]] = connection.sql(sql).to_arrow_table().to_pylist()
        return rows


def test_actuals_are_those_of_the_opportunities_themselves(halden: Path) -> None:
    """Counted again in plain Python, for one quarter of the bundled company."""
    deals = asked(f"SELECT * FROM '{halden / 'known_opportunity.parquet'}' WHERE is_closed")
    quarter = (datetime(2025, 7, 1), datetime(2025, 10, 1))
    closed = [deal for deal in deals if quarter[0] <= deal["closed_at"].replace(tzinfo=None) < quarter[1]]
    won = [deal for deal in closed if deal["is_won"]]
    usd = [deal for deal in won if deal["currency"] == "USD"]
    days = [(deal["closed_at"] - deal["created_at"]).total_seconds() / 86400 for deal in won]
    goals = asked(f"SELECT * FROM '{halden / 'goal.parquet'}' WHERE period_on = DATE '2025-07-01'")
    actual = {goal["measure"]: goal["actual"] for goal in goals}
    assert actual["revenue"] == sum(deal["amount_cents"] for deal in usd)
    assert actual["renewals"] == sum(deal["amount_cents"] for deal in usd if deal["type"] == "renewal")
    assert actual["conversion"] == pytest.approx(10_000 * len(won) / len(closed), abs=1)
    assert actual["speed"] == pytest.approx(100 * sum(days) / len(days), abs=1)


def test_what_customers_won_adds_up_to_what_was_won(halden: Path) -> None:
    """In the company's currency; the one deal in euros is exchanged, or counted as kept out."""
    deals = halden / "known_opportunity.parquet"
    [won] = asked(f"SELECT SUM(amount_cents) AS cents FROM '{deals}' WHERE is_won AND currency = 'USD'")
    customers = halden / "customer.parquet"
    [theirs] = asked(f"SELECT SUM(won_cents) AS cents, SUM(kept_out_count) AS kept_out FROM '{customers}'")
    assert (theirs["cents"] == won["cents"]) == (theirs["kept_out"] > 0)
    assert theirs["cents"] >= won["cents"]

"""The bundled company's money, counted a second time from its files: every figure agrees to the cent."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from tests.flow.conftest import Built
from tests.flow.recount import Deal, customers, deals, quarter, spend

from muster.testing import rows
from muster.workspace import Workspace

DAY = 86_400


@pytest.fixture(scope="module")
def latest(halden_as_of: Built) -> Workspace:
    return halden_as_of(None)


@pytest.fixture(scope="module")
def counted(halden: Path) -> list[Deal]:
    return deals(halden)


def test_every_deal_is_worth_what_its_files_say(latest: Workspace, counted: list[Deal]) -> None:
    said = rows(latest, "SELECT opportunity_id, amount_cents FROM sourcing WHERE definition = 'first_touch'")
    assert {r["opportunity_id"]: r["amount_cents"] for r in said} == {d.key: d.cents for d in counted}
    assert len(counted) == 84


def test_won_and_open_dollars_are_those_of_the_files(latest: Workspace, counted: list[Deal]) -> None:
    won, pipeline = Counter[str](), Counter[str]()
    for deal in counted:
        won[deal.currency] += deal.cents if deal.is_won else 0
        pipeline[deal.currency] += 0 if deal.closed_at else deal.cents
    told = rows(
        latest,
        """
        SELECT attribution_model, currency, SUM(won_credit_cents)::BIGINT AS won,
            SUM(open_credit_cents)::BIGINT AS open
        FROM program_value GROUP BY ALL
        """,
    )
    assert len(told) == 14
    for row in told:
        assert (row["won"], row["open"]) == (won[row["currency"]], pipeline[row["currency"]]), row


def test_velocity_is_that_of_the_deals_closed_in_each_quarter(latest: Workspace, counted: list[Deal]) -> None:
    as_of = datetime.fromisoformat(latest.published.manifest["as_of"])
    names = {"Data Platform": "data-platform", "Workforce Suite": "workforce-suite"}
    told = rows(latest, "FROM velocity")
    assert sum(row["closed_count"] for row in told if row["solution_id"] == "(all)") == len(
        [deal for deal in counted if deal.closed_at]
    )
    for row in told:
        start = row["period_on"]
        sliced = [
            deal
            for deal in counted
            if deal.currency == row["currency"]
            and row["solution_id"] in {"(all)", names.get(deal.solution, "revenue-cloud")}
        ]
        closed = [d for d in sliced if d.closed_at and quarter(d.closed_at) == quarter(_midnight(start))]
        won = [deal.cents for deal in closed if deal.is_won]
        seconds = [int((d.closed_at - d.created_at).total_seconds()) for d in closed if d.closed_at]
        cycle = Fraction(sum(seconds), len(seconds) * DAY)
        year, month = divmod(start.month + 2, 12)
        end = min(datetime(start.year + year, month + 1, 1, tzinfo=UTC), as_of)
        still = [d for d in sliced if d.created_at < end and (d.closed_at is None or d.closed_at >= end)]
        assert (row["closed_count"], row["won_count"], row["won_cents"]) == (len(closed), len(won), sum(won))
        assert row["mean_won_cents"] == (sum(won) // len(won) if won else None)
        assert row["win_rate"] == pytest.approx(len(won) / len(closed))
        assert row["mean_cycle_days"] == pytest.approx(float(cycle))
        assert abs(row["dollars_per_day_cents"] - Fraction(sum(won)) / cycle) <= 1
        assert row["open_count"] == len(still)


def _midnight(day: object) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00:00+00:00")


def test_cost_per_acquisition_is_spend_over_new_customers(
    latest: Workspace, counted: list[Deal], halden: Path
) -> None:
    as_of = datetime.fromisoformat(latest.published.manifest["as_of"])
    booked, won = spend(halden, until=as_of), customers(counted)
    told = rows(latest, "FROM cost_per_acquisition")
    said = {quarter(_midnight(row["period_on"])): row["spend_cents"] for row in told}
    assert {period: cents for period, cents in said.items() if cents} == booked
    assert set(said) == set(booked) | set(won)
    for row in told:
        count = won.get(quarter(_midnight(row["period_on"])), 0)
        assert row["customers_won"] == count
        costs = row["spend_cents"] // count if count and row["spend_cents"] else None
        assert row["cpa_cents"] == costs  # where nothing was booked, nothing is known

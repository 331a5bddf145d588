"""The bundled company's money, counted a second time from its files: every figure agrees to the cent."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from tests.flow.conftest import Built
from tests.flow.recount import Deal, customers, deals, quarter, read, spend

from muster.plugins import attribution_models
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
    assert len(told) == 2 * len(attribution_models())
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
    booked = {(period, "USD"): cents for period, cents in spend(halden, until=as_of).items()}
    won = customers(counted)
    told = {
        (quarter(_midnight(row["period_on"])), row["currency"]): row
        for row in rows(latest, "FROM cost_per_acquisition")
    }
    assert set(told) == set(booked) | set(won)
    for key, row in told.items():
        assert (row["spend_cents"], row["customers_won"]) == (booked.get(key, 0), won.get(key, 0))
        # Where nothing was booked or nobody was won, there is no figure.
        assert row["cpa_cents"] == (booked[key] // won[key] if key in booked and key in won else None)


def test_credit_of_each_model_is_all_that_was_won_lost_and_is_open(
    latest: Workspace, counted: list[Deal]
) -> None:
    worth = Counter[str]()
    for deal in counted:
        worth[deal.currency] += deal.cents
    told = rows(
        latest,
        "SELECT attribution_model, currency, SUM(credit_cents)::BIGINT AS cents FROM credit GROUP BY ALL",
    )
    assert {row["attribution_model"] for row in told} == {model.name for model in attribution_models()}
    assert len(told) == 2 * len(attribution_models())
    assert all(row["cents"] == worth[row["currency"]] for row in told)


def test_influence_is_counted_again_from_the_engagements(
    latest: Workspace, counted: list[Deal], halden: Path
) -> None:
    """Whose act, of which account, is taken from the identity tables; the window and the rest are not."""
    as_of = datetime.fromisoformat(latest.published.manifest["as_of"]).replace(tzinfo=None)
    acts = rows(latest, "FROM resolved_engagement WHERE is_marketing")
    account = {r["account_record_id"][:15]: r["account_id"] for r in rows(latest, "FROM account_alias")}
    person = {r["person_record_id"][:15]: r["person_id"] for r in rows(latest, "FROM person_alias")}
    named: dict[str, set[str]] = {}
    for role in read(halden, "crm/OpportunityContactRole.csv"):
        named.setdefault(role["OpportunityId"], set()).add(person[role["ContactId"][:15]])
    told = {
        (row["opportunity_id"], row["definition"]): row["touch_count"]
        for row in rows(latest, "FROM influence")
    }
    for deal in counted:
        start = deal.created_at.replace(tzinfo=None)
        end = deal.closed_at.replace(tzinfo=None) if deal.closed_at else as_of
        inside = [act for act in acts if start - timedelta(days=365) <= act["occurred_at"] <= end]
        by_account = [act for act in inside if act["account_id"] == account.get(deal.account[:15])]
        by_role = [act for act in inside if act["person_id"] in named.get(deal.key, set())]
        assert told[deal.key, "account_window"] == len(by_account), deal
        assert told[deal.key, "contact_role"] == len(by_role), deal
    assert sum(count > 0 for count in told.values()) > 100

"""The bundled company's money, counted a second time from its files: every figure agrees to the cent."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from tests.flow.conftest import Built
from tests.flow.recount import Deal, deals, first_wins, monthly_spend, quarter, read

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


def test_velocity_and_win_rates_are_those_of_the_deals_in_the_files(
    latest: Workspace, counted: list[Deal]
) -> None:
    as_of = datetime.fromisoformat(latest.published.manifest["as_of"])
    names = {"Data Platform": "data-platform", "Workforce Suite": "workforce-suite"}
    told = rows(latest, "FROM velocity")
    whole = [row for row in told if row["solution_id"] == "(all)"]
    assert sum(row["closed_count"] for row in whole) == len([deal for deal in counted if deal.closed_at])
    assert sum(row["opened_count"] for row in whole) == len(counted)
    for row in told:
        start = _midnight(row["period_on"])
        sliced = [
            deal
            for deal in counted
            if deal.currency == row["currency"]
            and row["solution_id"] in {"(all)", names.get(deal.solution, "revenue-cloud")}
        ]
        closed = [d for d in sliced if d.closed_at and quarter(d.closed_at) == quarter(start)]
        won = [deal.cents for deal in closed if deal.is_won]
        opened = [d for d in sliced if quarter(d.created_at) == quarter(start)]
        end = min(_months(start, 3), as_of + timedelta(microseconds=1))
        still = [d for d in sliced if d.created_at < end and (d.closed_at is None or d.closed_at >= end)]
        assert (row["closed_count"], row["won_count"], row["won_cents"]) == (len(closed), len(won), sum(won))
        assert row["closed_cents"] == sum(deal.cents for deal in closed)
        assert row["win_rate"] == (pytest.approx(len(won) / len(closed)) if closed else None)
        assert (row["opened_count"], row["open_count"]) == (len(opened), len(still))
        watched = [d for d in sliced if _months(start, -21) <= d.created_at < end]
        share, days, upto = _pace(watched, end - timedelta(microseconds=1))
        cents = [d.cents for d in watched if d.is_won and d.closed_at and d.closed_at < end]
        assert row["watched_count"] == len(watched)
        assert row["mean_won_cents"] == (sum(cents) // len(cents) if cents else None)
        if row["win_share"] is None:
            assert not any(d.closed_at and d.closed_at < end for d in watched)
            continue
        assert (row["win_share"], row["mean_days"]) == (
            pytest.approx(float(share)),
            pytest.approx(float(days)),
        )
        assert row["restricted_days"] == upto
        if cents:
            speed = len(opened) * share * (sum(cents) // len(cents)) / days
            assert abs(row["dollars_per_day_cents"] - speed) <= 1


def _pace(deals: list[Deal], until: datetime) -> tuple[Fraction, Fraction, int]:
    """Aalen and Johansen's share won, and the mean days open, day by day in fractions."""
    lives = []
    for deal in deals:
        over = deal.closed_at is not None and deal.closed_at <= until
        lived = (deal.closed_at if over and deal.closed_at else until) - deal.created_at
        whole = lived // timedelta(days=1)
        begun = max(whole + bool(lived % timedelta(days=1)), 1)
        lives.append((begun if over else whole, over and deal.is_won, over))
    upto = min(730, max((days for days, _, _ in lives), default=0))
    still, share, area = Fraction(1), Fraction(0), Fraction(0)
    for day in range(1, upto + 1):
        area += still
        at_risk = [life for life in lives if life[0] >= day]
        ended = [life for life in at_risk if life[0] == day and life[2]]
        if ended:
            share += still * Fraction(sum(won for _, won, _ in ended), len(at_risk))
            still *= 1 - Fraction(len(ended), len(at_risk))
    return share, area, upto


def _months(day: datetime, more: int) -> datetime:
    year, month = divmod(day.month - 1 + more, 12)
    return datetime(day.year + year, month + 1, 1, tzinfo=UTC)


def _midnight(day: object) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00:00+00:00")


def test_cost_per_acquisition_is_the_spend_a_median_cycle_earlier_over_new_customers(
    latest: Workspace, counted: list[Deal], halden: Path
) -> None:
    as_of = datetime.fromisoformat(latest.published.manifest["as_of"])
    booked = monthly_spend(halden, until=as_of)
    first = first_wins(counted)
    told = {
        _month_number(_midnight(row["period_on"])): row for row in rows(latest, "FROM cost_per_acquisition")
    }
    assert {(quarter_month(win.closed_at)) for win in first} <= set(told)
    figures = 0
    for start, row in told.items():
        won = [win for win in first if quarter_month(win.closed_at) == start]
        until_then = [win for win in first if quarter_month(win.closed_at) <= start]
        assert row["customers_won"] == len(won)
        assert row["spend_cents"] == sum(booked.get(month, 0) for month in range(start, start + 3))
        if not until_then:
            assert row["lag_months"] is None
            continue
        days = sorted((win.closed_at - win.created_at).total_seconds() / DAY for win in until_then)
        middle = (days[(len(days) - 1) // 2] + days[len(days) // 2]) / 2
        lag = int(middle / 30.4375 + 0.5)
        assert row["lag_months"] == lag
        if start - lag < min(booked):
            assert row["cpa_cents"] is None
            continue
        spent = sum(booked.get(month, 0) for month in range(start - lag, start - lag + 3))
        assert row["lagged_spend_cents"] == spent
        assert row["cpa_cents"] == (spent // len(won) if won else None)
        figures += bool(won)
    assert figures > 5


def _month_number(at: datetime) -> int:
    return 12 * at.year + at.month


def quarter_month(at: datetime | None) -> int:
    """The number of the first month of an instant's quarter."""
    assert at is not None
    return 12 * at.year + 3 * ((at.month - 1) // 3) + 1


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

"""What a company's deals, spend and programmes come to, worked by hand on five deals of three quarters."""

from __future__ import annotations

from datetime import date
from statistics import NormalDist

import pytest
from tests.stories.telling import Stories

from muster.testing import account, contact, engaged, named, opportunity, rows, spent, tactic
from muster.workspace import Workspace

Q4, Q1, Q2 = date(2024, 10, 1), date(2025, 1, 1), date(2025, 4, 1)
told = Stories(as_of="2025-06-30 12:00")

BOOK = told(
    *[account(name) for name in ("Alder", "Birch", "Cedar", "Dogwood", "Elm")],
    contact("ana@alder.example", title="VP Data", account_record_id="alder"),
    contact("bo@alder.example", title="Analyst", account_record_id="alder"),
    contact("cy@birch.example", account_record_id="birch"),
    contact("di@cedar.example", account_record_id="cedar"),
    contact("ed@elm.example", account_record_id="elm"),
    tactic("webinars", program="events", channel="webinar"),
    tactic("fair", program="events", channel="event"),
    tactic("events"),
    tactic("dinner", channel="event", cost="500.00", starts="2025-02-10"),  # neither programme nor spend rows
    tactic("brand", program="awareness", channel="display", cost="70.00", starts="2025-05-05"),
    tactic("awareness", cost="70.00", starts="2025-05-05"),  # its cost is that of its tactic
    tactic("mailing", channel="email"),
    spent("2024-12-16", "mailing", "50.00"),
    spent("2025-01-15", "webinars", "250.00"),
    spent("2025-01-20", "webinars", "-30.00"),  # the hotel took some of it back
    spent("2025-03-31", "Total", "600.00"),
    spent("2025-03-31", "fair", "350.00"),
    spent("2025-04-01", "fair", "100.00"),
    spent("2025-07-01", "fair", "999.00"),  # not booked yet
    engaged("2024-12-02 09:00", "ana@alder.example", "webinar_attended", tactic_id="webinars"),
    engaged("2024-12-03 09:00", "bo@alder.example", "pricing_viewed"),
    # Won after 40 days, 20 days; lost after 30: all three closed in the first quarter.
    opportunity(
        "2024-12-20 09:00",
        "alder",
        account="alder",
        amount="1000.00",
        won="2025-01-29 09:00",
        stages=[("2025-01-10 09:00", "Proposal")],
        lead_source="Webinar",
    ),
    named("2024-12-21 09:00", "alder", "ana@alder.example"),
    opportunity(
        "2025-01-13 09:00",
        "birch",
        account="birch",
        amount="2000.00",
        won="2025-02-02 09:00",
        lead_source="Sales prospecting",
    ),
    engaged("2025-01-20 09:00", "cy@birch.example", "event_attended", tactic_id="fair"),
    opportunity(
        "2025-01-27 09:00",
        "cedar",
        account="cedar",
        amount="4000.00",
        lost="2025-02-26 09:00",
        stages=[("2025-02-10 09:00", "Negotiation")],
        lead_source="Partner",
    ),
    # Still open, and a renewal of Alder's won in the second quarter.
    opportunity("2025-02-03 09:00", "dogwood", account="dogwood", amount="8000.00"),
    opportunity(
        "2025-05-01 09:00",
        "alder-2",
        account="alder",
        amount="1100.00",
        won="2025-06-01 09:00",
        type="renewal",
        lead_source="Renewal",
    ),
    engaged("2025-05-05 09:00", "ed@elm.example", "trial_started", tactic_id="dinner"),
)


def line(ws: Workspace, table: str, where: str) -> dict[str, object]:
    """The one row of a table that fits."""
    [found] = rows(ws, f"FROM {table} WHERE {where}")
    return found


def test_velocity_is_deals_by_part_won_by_size_over_days(ws: Workspace) -> None:
    """Birch was won after 20 days, Cedar lost after 30, Alder won after 40; Dogwood was watched for 56."""
    found = line(ws, "velocity", f"period_on = '{Q1}' AND solution_id = '(all)'")
    assert (found["opened_count"], found["watched_count"], found["open_count"]) == (3, 4, 1)
    # 1 of 4 after 20 days, and after 40 days half of the half that was still open.
    assert found["win_share"] == pytest.approx(1 / 4 + 1 / 2 * 1 / 2)
    assert (found["mean_won_cents"], found["restricted_days"]) == (150_000, 56)
    assert found["mean_days"] == pytest.approx(20 + 10 * 3 / 4 + 10 * 1 / 2 + 16 * 1 / 4)
    # 3 opened x 1/2 won x $1,500 / 36.5 days = $61.64 a day
    assert found["dollars_per_day_cents"] == 6_164


def test_win_rates_divide_by_what_closed_in_the_quarter(ws: Workspace) -> None:
    found = line(ws, "velocity", f"period_on = '{Q1}' AND solution_id = '(all)'")
    assert (found["closed_count"], found["won_count"]) == (3, 2)
    assert (found["closed_cents"], found["won_cents"]) == (700_000, 300_000)
    assert found["win_rate"] == pytest.approx(2 / 3)
    assert found["win_rate_by_amount"] == pytest.approx(3 / 7)
    # Of those that closed: the open one, the slowest of all, is left out.
    assert found["mean_cycle_days"] == pytest.approx((40 + 20 + 30) / 3)
    later = line(ws, "velocity", f"period_on = '{Q2}' AND solution_id = 'data-platform'")
    assert (later["closed_count"], later["won_cents"], later["open_count"]) == (1, 110_000, 1)


def test_conversion_counts_a_cohorts_deals_and_leaves_the_open_ones_out_of_the_part(ws: Workspace) -> None:
    old = f"cohort_start = '{Q1}' AND method = 'decided_only'"
    found = line(ws, "conversion", f"{old} AND from_stage = 'opened' AND to_stage = 'won'")
    assert (found["entered_count"], found["reached_count"], found["open_count"]) == (3, 1, 1)
    assert (found["at_risk"], found["estimate"]) == (2, 0.5)
    # A stage that was skipped was passed: Birch was won without a Proposal, Cedar went on to Negotiation.
    passed = line(ws, "conversion", f"{old} AND from_stage = 'opened' AND to_stage = 'Proposal'")
    assert (passed["entered_count"], passed["reached_count"], passed["open_count"]) == (3, 2, 1)


def test_conversion_by_an_age_counts_open_deals_as_open(ws: Workspace) -> None:
    by_age = f"cohort_start = '{Q1}' AND method = 'aalen_johansen' AND horizon_days = 90"
    found = line(ws, "conversion", f"{by_age} AND from_stage = 'opened' AND to_stage = 'won'")
    # Of three watched for 90 days one was won; the open one is no loss, and no gap.
    assert (found["at_risk"], found["reached_count"], found["open_count"]) == (3, 1, 1)
    assert found["estimate"] == pytest.approx(1 / 3)


def test_nothing_is_expected_of_open_deals_where_few_are_closed(ws: Workspace) -> None:
    final = f"cohort_start = '{Q1}' AND horizon_days IS NULL"
    young = line(ws, "conversion", f"{final} AND from_stage = 'opened' AND to_stage = 'won'")
    assert (young["method"], young["open_count"], young["estimate"]) == ("expected_final", 1, None)
    [forecast] = rows(ws, "FROM forecast WHERE solution_id = '(all)'")
    assert (forecast["open_count"], forecast["open_cents"]) == (1, 800_000)
    assert forecast["expected_cents"] is forecast["low_cents"] is forecast["high_cents"] is None


def test_conversions_interval_is_wilsons(ws: Workspace) -> None:
    """Its ends p solve (estimate - p)^2 = z^2 p (1 - p) / n: Wilson's definition, not his formula."""
    z = NormalDist().inv_cdf(0.975)
    told = rows(ws, "FROM conversion WHERE method = 'decided_only'")
    found = [row for row in told if row["estimate"] is not None]
    assert len(found) > 5
    for row in found:
        assert 0 <= row["low"] <= row["estimate"] <= row["high"] <= 1
        for end in (row["low"], row["high"]):
            left = (row["estimate"] - end) ** 2
            assert left == pytest.approx(z**2 * end * (1 - end) / row["at_risk"], abs=1e-7)
    undecided = [row for row in told if row["at_risk"] == 0]
    assert all(row["estimate"] is row["low"] is row["high"] is None for row in undecided)


def test_a_new_customer_costs_what_was_spent_a_median_cycle_earlier(ws: Workspace) -> None:
    found = {row["period_on"]: row for row in rows(ws, "FROM cost_per_acquisition")}
    # 250 for webinars, 350 for the fair and the dinner's 500; Alder and Birch became customers.
    assert (found[Q1]["spend_cents"], found[Q1]["customers_won"]) == (110_000, 2)
    # They took 40 and 20 days: a month. From December to February 50, 250 and 500 were spent.
    assert (found[Q1]["lag_months"], found[Q1]["lagged_spend_cents"]) == (1, 80_000)
    assert found[Q1]["cpa_cents"] == 40_000
    # 100 for the fair and 70 for the brand; a renewal wins no customer.
    assert (found[Q2]["spend_cents"], found[Q2]["customers_won"], found[Q2]["cpa_cents"]) == (17_000, 0, None)
    # Nobody knows what was spent before December, and nothing tells what selling cost.
    assert found[Q4]["lagged_spend_cents"] is None
    assert all(row["cac_cents"] is None for row in found.values())


def test_credits_and_totals_are_named_and_never_cost(ws: Workspace) -> None:
    kept_out = rows(
        ws, "SELECT counts_as, amount_cents, cost_cents FROM spend_line WHERE counts_as <> 'cost'"
    )
    assert {(row["counts_as"], row["amount_cents"], row["cost_cents"]) for row in kept_out} == {
        ("credit", -3_000, 0),
        ("total", 60_000, 0),
    }
    told = rows(ws, "SELECT value, reason FROM problem WHERE \"column\" = 'spend.line' ORDER BY value")
    assert [row["value"] for row in told] == ["credit", "total"]
    assert "-3000 cents of USD" in told[0]["reason"]


def test_programmes_are_credited_charged_and_counted(ws: Workspace) -> None:
    found = {
        row["program_id"]: row for row in rows(ws, "FROM program_value WHERE attribution_model = 'linear'")
    }
    events = found["events"]
    # Alder's $1,000 over two touches, one of them the webinar; Birch's $2,000 over its one, at the fair.
    assert events["won_credit_cents"] == 50_000 + 200_000
    assert (events["won_count"], events["cost_cents"]) == (2, 70_000)
    assert (events["groups_reached"], events["people_reached"]) == (2, 2)
    assert found["(no programme)"]["won_credit_cents"] == 50_000  # the look at the prices
    # Nothing touched Alder between its first deal and the renewal: those touches were the first deal's.
    assert found["(unattributed)"]["won_credit_cents"] == 110_000
    assert found["(unattributed)"]["open_credit_cents"] == 800_000  # Dogwood's
    assert found["dinner"]["cost_cents"] == 50_000
    assert sum(row["won_credit_cents"] for row in found.values()) == 100_000 + 200_000 + 110_000


def test_sourcing_says_what_began_a_deal_by_two_definitions(ws: Workspace) -> None:
    found = rows(ws, "SELECT opportunity_id, definition, sourced_by, tactic_id FROM sourcing")
    said = {(row["opportunity_id"], row["definition"]): row["sourced_by"] for row in found}
    by_first_touch = {deal: by for (deal, how), by in said.items() if how == "first_touch"}
    by_crm = {deal: by for (deal, how), by in said.items() if how == "crm_lead_source"}
    assert by_first_touch == {
        "alder": "marketing",
        "alder-2": "unknown",  # nothing since the first deal closed
        "birch": "unknown",  # the fair came after the opportunity
        "cedar": "unknown",
        "dogwood": "unknown",
    }
    assert by_crm == {
        "alder": "marketing",
        "alder-2": "sales",
        "birch": "sales",
        "cedar": "partner",
        "dogwood": "unknown",
    }
    first = [row["tactic_id"] for row in found if row["definition"] == "first_touch"]
    assert sorted(filter(None, first)) == ["webinars"]


def test_influence_counts_touches_by_three_definitions(ws: Workspace) -> None:
    found = rows(ws, "SELECT opportunity_id, definition, touch_count FROM influence WHERE is_marketing")
    assert {(row["opportunity_id"], row["definition"]): row["touch_count"] for row in found} == {
        ("alder", "account_window"): 2,
        ("alder", "contact_role"): 1,  # sales named Ana alone
        ("alder", "group"): 2,
        ("alder-2", "account_window"): 2,
        ("birch", "account_window"): 1,
        ("birch", "group"): 1,
    }

"""How an opportunity's amount is divided over the touches of its group, worked by hand."""

from __future__ import annotations

import pytest
from tests.stories.telling import Stories

from muster.plugins import attribution_models
from muster.testing import Record, account, engaged, opportunity, rows, visited
from muster.workspace import Workspace

told = Stories(as_of="2025-12-31")
MODELS = ("first", "last", "linear", "time_decay", "u", "u_40_20_40", "w", "full_path", "shapley", "custom")


def credit(ws: Workspace, deal: str, model: str) -> list[int]:
    """Cents of each touch of an opportunity in the order of the touches; 0 where a model gives none."""
    found = rows(
        ws,
        f"""
        SELECT COALESCE(c.credit_cents, 0) AS cents FROM touchpoint AS t
        LEFT JOIN credit AS c ON c.opportunity_id = t.opportunity_id AND c.engagement_id = t.engagement_id
            AND c.attribution_model = '{model}'
        WHERE t.opportunity_id = '{deal}' ORDER BY t.position
        """,
    )
    return [row["cents"] for row in found]


def kinds(ws: Workspace, deal: str) -> list[str]:
    """What each touch of an opportunity is, in time."""
    found = rows(ws, f"FROM touchpoint WHERE opportunity_id = '{deal}' ORDER BY position")
    return [row["position_kind"] for row in found]


def touched(at: str, firm: str, who: str = "ana", activity: str = "webinar_attended") -> Record:
    """Somebody of a firm did something that may be credited."""
    return engaged(at, f"{who}@{firm}.example", activity)


@told(
    account("Path"),
    visited("2025-01-06 09:00", "b-path", company_domain="path.example"),  # the first touch, anonymous
    touched("2025-01-20 09:00", "path", activity="pricing_viewed"),  # the first of a known person
    touched("2025-01-27 09:00", "path"),
    touched("2025-02-02 09:00", "path", "vera"),  # the last before the opportunity
    opportunity("2025-02-03 09:00", "path", account="path", amount="1000.00", won="2025-03-03 09:00"),
    touched("2025-02-24 09:00", "path", "vera", "email_replied"),  # the last before it was won
)
@pytest.mark.parametrize(
    ("model", "cents"),
    [
        ("first", [100_000, 0, 0, 0, 0]),
        ("last", [0, 0, 0, 0, 100_000]),
        ("linear", [20_000, 20_000, 20_000, 20_000, 20_000]),
        # 56, 42, 35, 29 and 7 days before it was won: 250000, 353553, 420448, 487764 and 840896 parts
        ("time_decay", [10_626, 15_028, 17_871, 20_733, 35_742]),
        ("u", [50_000, 50_000, 0, 0, 0]),
        ("w", [30_000, 30_000, 5_000, 30_000, 5_000]),
        ("full_path", [22_500, 22_500, 10_000, 22_500, 22_500]),
        ("u_40_20_40", [40_000, 40_000, 6_667, 6_667, 6_666]),
        ("custom", [40_000, 6_667, 6_667, 6_666, 40_000]),  # as the rules come: 40 first, 40 last, 20 between
        ("last_before_creation", [0, 0, 0, 100_000, 0]),
    ],
)
def test_each_model_divides_a_path_of_five_touches_by_its_rule(
    ws: Workspace, model: str, cents: list[int]
) -> None:
    assert credit(ws, "path", model) == cents and sum(cents) == 100_000
    assert kinds(ws, "path") == [
        "first_touch",
        "lead_creation",
        "middle",
        "opportunity_creation",
        "closing",
    ]


@told(
    account("Pair"),
    touched("2025-01-06 09:00", "pair"),  # first touch and first of a known person
    touched("2025-01-20 09:00", "pair", "bo"),  # last before the opportunity, and before it was won
    opportunity("2025-02-03 09:00", "pair", account="pair", amount="100.00", won="2025-03-03 09:00"),
)
@pytest.mark.parametrize(
    ("model", "cents"),
    [
        ("u", [10_000, 0]),  # 50 + 50
        ("w", [6_667, 3_333]),  # 30 + 30 and 30, with no middle to share the last 10
        ("full_path", [5_000, 5_000]),  # 22.5 + 22.5 each
    ],
)
def test_milestones_that_fall_on_one_touch_add_up_and_an_empty_middle_leaves_its_part(
    ws: Workspace, model: str, cents: list[int]
) -> None:
    assert kinds(ws, "pair") == ["first_touch+lead_creation", "opportunity_creation+closing"]
    assert credit(ws, "pair", model) == cents


@told(
    account("Sole"),
    touched("2025-01-06 09:00", "sole"),
    opportunity("2025-02-03 09:00", "sole", account="sole", amount="0.01", won="2025-03-03 09:00"),
)
@pytest.mark.parametrize("model", MODELS)
def test_a_sole_touch_gets_everything_in_every_model(ws: Workspace, model: str) -> None:
    assert kinds(ws, "sole") == ["first_touch+lead_creation+opportunity_creation+closing"]
    assert credit(ws, "sole", model) == [1]


@told(
    account("After"),
    opportunity("2025-02-03 09:00", "after", account="after", amount="100.00"),
    touched("2025-02-10 09:00", "after"),
    touched("2025-02-17 09:00", "after", "bo"),
    touched("2025-02-24 09:00", "after", "cy"),
)
@pytest.mark.parametrize(
    ("model", "cents"),
    [
        ("u", [10_000, 0, 0]),  # nobody was known before the opportunity
        ("w", [7_500, 1_250, 1_250]),  # 30 to 5 and 5
        ("full_path", [6_923, 1_539, 1_538]),  # 22.5 to 5 and 5, in cents 6923.08, 1538.46, 1538.46
    ],
)
def test_milestones_that_are_missing_leave_their_part_to_the_others(
    ws: Workspace, model: str, cents: list[int]
) -> None:
    assert kinds(ws, "after") == ["first_touch", "middle", "middle"]
    assert credit(ws, "after", model) == cents


@told(
    account("Halving"),
    touched("2025-01-06 09:00", "halving"),
    touched("2025-02-03 09:00", "halving", "bo"),
    opportunity("2025-02-10 09:00", "halving", account="halving", amount="300.00", won="2025-03-03 09:00"),
)
def test_time_decay_halves_a_touch_with_every_28_days(ws: Workspace) -> None:
    assert credit(ws, "halving", "time_decay") == [10_000, 20_000]  # 56 and 28 days old


@told(
    account("Thirds"),
    *[touched(f"2025-01-0{day} 09:00", "thirds") for day in (6, 7, 8)],
    opportunity("2025-02-03 09:00", "thirds", account="thirds", amount="100.00", won="2025-03-03 09:00"),
    opportunity("2025-02-03 09:00", "refund", account="thirds", amount="-100.00", won="2025-03-03 09:00"),
)
def test_a_hundred_dollars_over_three_touches_are_33_34_and_33_33_and_33_33(ws: Workspace) -> None:
    assert credit(ws, "thirds", "linear") == [3_334, 3_333, 3_333]
    assert credit(ws, "refund", "linear") == [-3_334, -3_333, -3_333]


@told(
    account("Window"),
    touched("2024-02-03 08:59", "window"),  # a year and a minute before
    touched("2024-02-04 09:00", "window", "bo"),
    touched("2025-01-06 09:00", "window", activity="email_opened"),
    touched("2025-01-06 10:00", "window", activity="email_opened"),
    touched("2025-01-06 11:00", "window", activity="campaign_sent"),
    opportunity("2025-02-03 09:00", "window", account="window", won="2025-03-03 09:00"),
    touched("2025-03-03 09:01", "window"),
)
def test_touches_count_within_the_window_once_a_day_and_only_what_they_did(ws: Workspace) -> None:
    found = rows(ws, "FROM touchpoint WHERE opportunity_id = 'window' ORDER BY position")
    assert [str(row["occurred_at"]) for row in found] == ["2024-02-04 09:00:00", "2025-01-06 09:00:00"]


@told(
    account("Early"),
    opportunity("2025-02-03 09:00", "early", account="early", amount="500.00", won="2025-02-20 09:00"),
    touched("2025-02-21 09:00", "early"),
)
def test_a_deal_closed_before_its_first_touch_is_not_influenced_and_is_unattributed(ws: Workspace) -> None:
    lines = rows(ws, "FROM credit WHERE opportunity_id = 'early' ORDER BY attribution_model")
    assert [row["attribution_model"] for row in lines] == [model.name for model in attribution_models()]
    assert {(row["engagement_id"], row["share"], row["credit_cents"]) for row in lines} == {
        (None, 1.0, 50_000)
    }
    influence = "SELECT COUNT(*) AS lines, BOOL_OR(is_marketing) AS any FROM influence"
    assert rows(ws, f"{influence} WHERE opportunity_id = 'early'") == [{"lines": 3, "any": False}]


def met(at: str, firm: str, channel: str, who: str = "ana") -> Record:
    """Somebody of a firm did something by a channel."""
    return engaged(at, f"{who}@{firm}.example", "webinar_attended", channel=channel)


@told(
    account("Several"),
    met("2025-01-06 09:00", "several", "Search"),
    met("2025-01-07 09:00", "several", "search"),
    met("2025-01-08 09:00", "several", "mail"),
    met("2025-01-09 09:00", "several", "fair"),
    opportunity("2025-02-03 09:00", "several", account="several", amount="900.00", won="2025-03-03 09:00"),
)
def test_shapley_gives_every_channel_of_a_path_the_same(ws: Workspace) -> None:
    assert credit(ws, "several", "shapley") == [15_000, 15_000, 30_000, 30_000]

"""Groups that warm up, cool, are rejected and come back, with numbers that can be worked by hand.

The thresholds are low, 6 and 5 of 100, so that one look at the price list (6 points, fading by half in
28 days) is enough to qualify, and nothing else counts: no fit, no titles, no caps. After t days, P
points are worth P x 2^(-t/28), and a sum of R points scores 65 x (1 - 2^(-R/40)).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import log2

import pytest
from tests.stories.telling import Stories, group_id, stretches

from muster.testing import Record, account, decided, engaged, instant, lead, opportunity, rows
from muster.workspace import Workspace

told = Stories(
    as_of="2025-12-31", policy={"enter_at": 6, "leave_below": 5, "minimum_people": 1, "silent_weeks": 60}
)
RAW_AT_LEAVE = -40 * log2(1 - 5 / 65)  # 4.6191 points score exactly 5
START = instant("2025-01-06 09:00")


def looked(at: str, firm: str, who: str = "ana") -> Record:
    """Somebody looked at the prices."""
    return engaged(at, f"{who}@{firm}.example", "pricing_viewed")


def opened(firm: str) -> Record:
    """Sales opens an opportunity, so that a group is there from the first look on."""
    return opportunity("2025-01-06 09:00", firm, account=firm)


def fades(start: datetime, points: float) -> datetime:
    """The first whole second after which so many points are worth less than `RAW_AT_LEAVE`."""
    return start + timedelta(seconds=int(28 * log2(points / RAW_AT_LEAVE) * 86_400) + 1)


def test_the_numbers_of_this_page() -> None:
    assert pytest.approx(4.6191, abs=1e-4) == RAW_AT_LEAVE
    assert pytest.approx(6.4187, abs=1e-4) == 65 * (1 - 2 ** (-6 / 40))
    assert (fades(START, 6) - START).days == 10 and (fades(START, 12) - START).days == 38


@told(
    account("Cools"),
    opened("cools"),
    looked("2025-01-06 09:00", "cools", "ana"),
    looked("2025-01-06 09:00", "cools", "bo"),
    looked("2025-04-07 09:00", "cools", "ana"),
    looked("2025-04-07 09:00", "cools", "bo"),
)
def test_a_group_that_cools_leaves_at_the_second_its_score_falls_below_the_threshold_and_comes_back(
    ws: Workspace,
) -> None:
    back = instant("2025-04-07 09:00")
    left_over = 12 * 2 ** (-91 / 28)  # of the first two looks, thirteen weeks later
    assert stretches(ws, "cools.example") == [
        (START, instant("2025-02-13 22:34:56")),
        (back, fades(back, 12 + left_over)),
    ]
    assert fades(START, 12) == instant("2025-02-13 22:34:56")
    at_leaving = "SELECT score FROM score WHERE scored_at = TIMESTAMP '2025-02-13 22:34:56'"
    assert [float(row["score"]) for row in rows(ws, at_leaving)] == [5.0]  # a shade less, before rounding


@told(account("Dwells"), opened("dwells"), looked("2025-01-06 09:00", "dwells"))
def test_dwell_keeps_a_group_qualified_that_fell_below_the_threshold_days_ago(ws: Workspace) -> None:
    assert fades(START, 6) < START + timedelta(days=11)
    assert stretches(ws, "dwells.example") == [(START, START + timedelta(days=21))]


@told(
    account("Returns"),
    opened("returns"),
    looked("2025-01-06 09:00", "returns"),
    looked("2025-01-21 09:00", "returns"),
)
def test_a_group_that_warms_up_again_while_it_dwells_never_left(ws: Workspace) -> None:
    again = START + timedelta(days=15)
    assert stretches(ws, "returns.example") == [(START, fades(again, 6 + 6 * 2 ** (-15 / 28)))]


@told(
    account("Recovers"),
    opened("recovers"),
    looked("2025-01-06 09:00", "recovers"),
    engaged("2025-01-24 09:00", "ana@recovers.example", "product_page_viewed"),
)
def test_a_group_whose_score_is_above_the_lower_threshold_as_its_dwell_ends_stays_until_it_falls(
    ws: Workspace,
) -> None:
    warmed = 6 * 2 ** (-18 / 28) + 1.5  # below the upper threshold, above the lower one
    assert RAW_AT_LEAVE < warmed * 2 ** (-3 / 28) < warmed < -40 * log2(1 - 6 / 65)
    assert fades(START, 6) < instant("2025-01-24 09:00") < START + timedelta(days=21)
    assert stretches(ws, "recovers.example") == [(START, fades(instant("2025-01-24 09:00"), warmed))]


@told(
    account("Rejected"),
    opened("rejected"),
    looked("2025-01-06 09:00", "rejected"),
    decided("2025-01-10 09:00", "rejected", group_id("rejected"), reason="not this year"),
    looked("2025-03-03 09:00", "rejected"),
    looked("2025-07-11 08:59:59", "rejected", "bo"),
)
def test_a_rejected_group_cannot_qualify_for_182_days(ws: Workspace) -> None:
    until = instant("2025-01-10 09:00") + timedelta(days=182)
    out, back = stretches(ws, "rejected.example")
    assert out == (START, instant("2025-01-10 09:00"))
    assert back[0] == until == instant("2025-07-11 09:00")  # Bo's look a second before did not count then
    why = rows(
        ws, "SELECT ended_because AS why FROM qualification WHERE to_at = TIMESTAMP '2025-01-10 09:00'"
    )
    assert [row["why"] for row in why].count("rejected by sales") >= 1


@told(
    account("Cold By Then"),
    opened("cold-by-then"),
    looked("2025-01-06 09:00", "cold-by-then"),
    decided("2025-01-10 09:00", "rejected", group_id("cold-by-then"), reason="not this year"),
    looked("2025-07-05 09:00", "cold-by-then"),
)
def test_at_the_end_of_the_cool_down_the_score_of_that_day_decides(ws: Workspace) -> None:
    then = 6 * 2 ** (-6 / 28)  # what the look of 5 July is worth on 11 July
    assert 5 < 65 * (1 - 2 ** (-then / 40)) < 6
    assert stretches(ws, "cold-by-then.example") == [(START, instant("2025-01-10 09:00"))]


@told(
    account("No Budget"),
    opened("no-budget"),
    looked("2025-01-06 09:00", "no-budget"),
    lead("ana@no-budget.example", disqualified="2025-01-09 09:00", reason="No budget until autumn"),
    looked("2025-07-09 09:00", "no-budget"),
    looked("2025-07-11 09:00", "no-budget"),
    account("Wrong Role"),
    opened("wrong-role"),
    looked("2025-01-06 09:00", "wrong-role"),
    lead("ana@wrong-role.example", disqualified="2025-01-09 09:00", reason="Wrong role"),
)
def test_a_reason_in_the_crm_rejects_the_group_where_the_rules_say_so(ws: Workspace) -> None:
    out, back = stretches(ws, "no-budget.example")
    assert out == (START, instant("2025-01-09 09:00"))
    assert back[0] == instant("2025-07-10 09:00")  # 182 days later; the look of 9 July was still warm
    assert stretches(ws, "wrong-role.example") == [(START, START + timedelta(days=21))]


@told(
    account("Two Groups"),
    looked("2025-01-06 09:00", "two-groups"),
    opportunity("2025-01-06 09:00", "two-groups-1", account="two-groups"),
    engaged("2025-01-20 09:00", "ana@two-groups.example", "pricing_viewed", solution="workforce-suite"),
    opportunity("2025-01-20 09:00", "two-groups-2", account="two-groups", solution="workforce-suite"),
)
def test_an_account_is_qualified_while_one_of_its_groups_is(ws: Workspace) -> None:
    found = rows(
        ws,
        "SELECT status, from_at, to_at FROM account_status JOIN account AS a USING (account_id)"
        " WHERE a.domain = 'two-groups.example' ORDER BY from_at",
    )
    end = instant("2025-01-20 09:00") + timedelta(days=21)
    assert [tuple(row.values()) for row in found] == [("qualified", START, end), ("engaged", end, None)]

"""What cohorts come to in the end, said while they are young: against what then happened."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.measurement.drawn import SHARE_WON, START, as_of, company, quarters

from muster.measurement.cohorts import BY_AGE, DECIDED, IN_THE_END, conversions
from muster.measurement.forecast import forecasts, open_deals
from muster.measurement.outlook import outlook
from muster.measurement.progress import DAY, Progress
from muster.measurement.speed import velocities

TODAY, LATER = 720, 765
Row = dict[str, Any]
Told = dict[tuple[int, str, object], Row]  # by start of the cohort, method and horizon


def told(
    progress: Progress, *, start: str = "opened", goal: str = "won"
) -> dict[tuple[int, str, object], Row]:
    rows = conversions(progress, outlook(progress), quarters=quarters(TODAY))
    return {
        (row["cohort_start"], row["method"], row["horizon_days"]): row
        for row in rows
        if row["from_stage"] == start and row["to_stage"] == goal
    }


def test_young_cohorts_are_told_with_half_the_error_of_the_ratio_or_less() -> None:
    """At 720 days, of the last 26 weeks' cohorts, against what history then showed."""
    ours, opened, decided, held = [], [], [], []
    for seed in range(8):
        deals = company(seed)
        found = told(as_of(deals, TODAY))
        for starts_on, ends_on in quarters(TODAY)[-3:-1]:
            cohort = [d for d in deals if starts_on <= d["reached"][0] < ends_on]
            truth = sum(d["is_won"] for d in cohort) / len(cohort)
            final, old = (
                found[starts_on, IN_THE_END, None],
                next(row for (at, method, _), row in found.items() if at == starts_on and method == DECIDED),
            )
            ours.append(abs(final["estimate"] - truth))
            opened.append(abs(final["reached_count"] / final["entered_count"] - truth))
            decided.append(abs(old["estimate"] - truth))
            held.append(final["low"] <= truth <= final["high"])
    assert np.mean(ours) < 0.5 * np.mean(opened)
    assert np.mean(ours) < 0.5 * np.mean(decided)
    assert np.mean(held) > 0.8


def test_expectations_are_not_off_to_one_side() -> None:
    off = []
    for seed in range(8):
        rows = told(as_of(company(seed), TODAY))
        young = [row for (at, how, _), row in rows.items() if how == IN_THE_END and at >= START + 540 * DAY]
        off += [row["estimate"] - SHARE_WON for row in young]
    assert abs(float(np.mean(off))) < 0.03


def test_where_everything_is_closed_the_expected_is_what_was() -> None:
    deals = company(3)
    final = [row for key, row in told(as_of(deals, 4000)).items() if key[1] == IN_THE_END]
    assert len(final) == len(quarters(TODAY))
    for row in final:
        assert row["open_count"] == 0
        assert row["estimate"] == row["low"] == row["high"]
        assert row["estimate"] == pytest.approx(row["reached_count"] / row["entered_count"], abs=1e-9)


def test_won_lost_and_still_open_make_one() -> None:
    progress = as_of(company(4), TODAY)
    won, lost = told(progress), told(progress, goal="lost")
    assert any(method == BY_AGE and row["estimate"] for (_, method, _), row in won.items())
    for key, row in won.items():
        if row["estimate"] is None:
            continue
        if key[1] == IN_THE_END:
            assert row["estimate"] + lost[key]["estimate"] == pytest.approx(1, abs=0.05)
            assert row["estimate"] + lost[key]["estimate"] <= 1 + 1e-8
        elif key[1] == BY_AGE:
            assert row["estimate"] + lost[key]["estimate"] <= 1 + 1e-9


def test_who_is_won_has_passed_every_stage_in_every_future() -> None:
    progress = as_of(company(5), TODAY)
    seen = outlook(progress)
    assert seen is not None
    won, proposal = (seen.futures(seen.chances(goal)) for goal in ("won", "Proposal"))
    assert won.any() and not (won & ~proposal).any()


def test_rows_in_another_order_give_the_same() -> None:
    deals = company(6)
    mixed = [deals[n] for n in np.random.default_rng(1).permutation(len(deals))]
    again = sorted(mixed, key=lambda d: d["opportunity_id"])
    assert told(as_of(again, TODAY)) == told(as_of(deals, TODAY))


def test_a_later_run_tells_a_past_quarters_velocity_as_it_was_told_then() -> None:
    deals = company(7)
    ends = quarters(TODAY)[5][1]
    then = [
        row for row in velocities(as_of(deals, (ends - START) // DAY), quarters=quarters(TODAY)[:6])
        if row["period_on"] == quarters(TODAY)[5][0]
    ]  # fmt: skip
    later = [
        row for row in velocities(as_of(deals, TODAY), quarters=quarters(TODAY))
        if row["period_on"] == quarters(TODAY)[5][0]
    ]  # fmt: skip
    assert then == later
    assert len(later) == 3


def test_opportunities_opened_today_change_no_share_and_no_days() -> None:
    deals = company(8)
    new = [
        deals[0] | {"opportunity_id": f"z{n}", "reached": [START + LATER * DAY] * 2 + [9 * 10**15],
                    "closed_at": START + 5000 * DAY}
        for n in range(40)
    ]  # fmt: skip
    one, other = (
        next(row for row in velocities(as_of(d, LATER), quarters=quarters(LATER))
             if row["period_on"] == quarters(LATER)[-1][0] and row["solution_id"] == "(all)")
        for d in (deals, deals + new)
    )  # fmt: skip
    for factor in ("win_share", "mean_days", "mean_won_cents"):
        assert one[factor] == other[factor]
    assert other["opened_count"] == one["opened_count"] + 40


def test_the_forecast_is_the_sum_of_its_deals_and_holds_what_came_about() -> None:
    held = []
    for seed in range(10):
        deals = company(seed, count=500)
        progress = as_of(deals, TODAY)
        seen = outlook(progress)
        rows = open_deals(progress, seen)
        [whole, *parts] = forecasts(progress, seen, deals=rows)
        assert whole["solution_id"] == "(all)"
        assert whole["expected_cents"] == sum(r["expected_cents"] for r in rows)
        assert whole["open_cents"] == sum(part["open_cents"] for part in parts)
        assert whole["expected_cents"] == sum(part["expected_cents"] for part in parts)
        future = {d["opportunity_id"]: d for d in deals}
        came = sum(r["amount_cents"] for r in rows if future[r["opportunity_id"]]["is_won"])
        held.append(whole["low_cents"] <= came <= whole["high_cents"])
    assert sum(held) >= 6  # of ten, where eight are to be expected


def test_further_and_fresher_means_likelier() -> None:
    progress = as_of(company(9, count=3000), TODAY)
    rows = open_deals(progress, outlook(progress))
    by_stage = {
        stage: float(
            np.mean([row["p_win"] for row in rows if row["stage"] == stage and row["stage_days"] < 20])
        )
        for stage in ("Discovery", "Proposal")
    }
    assert by_stage["Proposal"] == pytest.approx(0.6, abs=0.1)
    assert by_stage["Discovery"] == pytest.approx(SHARE_WON, abs=0.1)


def test_under_twenty_closed_nothing_is_said_of_what_is_open() -> None:
    progress = as_of(company(1, count=24), 250)
    assert outlook(progress) is None
    open_ones = [row for key, row in told(progress).items() if key[1] == IN_THE_END and row["open_count"]]
    assert open_ones and all(row["estimate"] is None for row in open_ones)
    assert all(row["p_win"] is None for row in open_deals(progress, None))

"""Regions switched on: differences in differences by their definition, and intervals from other choices."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import statsmodels.api as sm

from muster.lift.rollouts import (
    Regions,
    difference_in_differences,
    drift_before,
    interval,
    rollout_lines,
    under,
    ways,
)
from muster.lift.words import WEEK

MONDAY = 1_704_067_200_000_000  # 2024-01-01
REGIONS, WEEKS, START = 10, 40, 20


def regions(seed: int, *, effect: float = 0.0, drift: float = 0.0, chosen: int = 3) -> Regions:
    """Ten regions of 100 accounts over 40 weeks; the first three are on for the second half."""
    dice = np.random.default_rng(seed)
    on = np.zeros((REGIONS, WEEKS))
    on[:chosen, START:] = 1
    base = dice.uniform(0.02, 0.04, REGIONS)[:, None] + 0.01 * np.sin(np.arange(WEEKS) / 6)
    base = base + drift * np.arange(WEEKS) * (np.arange(REGIONS) < chosen)[:, None]
    rate = dice.poisson(100 * (base + effect * on)) / 100
    return Regions(tuple("abcdefghij"), tuple(range(WEEKS)), on, rate, np.full(REGIONS, 100.0))


def estimates(given: Regions) -> tuple[np.ndarray, np.ndarray]:
    choices = [under(given, choice) for choice in ways(given)]
    seen = [difference_in_differences(given.rate, on, given.accounts) for on in choices]
    return np.array(seen), np.array(
        [difference_in_differences(given.on, on, given.accounts) for on in choices]
    )


def test_it_is_the_coefficient_of_two_way_fixed_effects_where_all_begin_at_once() -> None:
    given = regions(1, effect=0.02)
    dummies = [np.repeat(np.eye(REGIONS), WEEKS, axis=0), np.tile(np.eye(WEEKS), (REGIONS, 1))[:, 1:]]
    told = sm.OLS(given.rate.ravel(), np.column_stack([given.on.ravel(), *dummies])).fit()
    found = difference_in_differences(given.rate, given.on, given.accounts)
    assert found == pytest.approx(told.params[0], rel=1e-9)


def test_every_way_of_choosing_is_looked_at_once() -> None:
    found = ways(regions(1))
    assert found[0] == (0, 1, 2)
    assert len(found) == len(set(found)) == comb(REGIONS, 3)
    assert set(found) == set(combinations(range(REGIONS), 3))


def test_the_interval_holds_what_it_says_and_moves_with_the_effect() -> None:
    held = 0
    for seed in range(40):
        ends = interval(*estimates(regions(seed, effect=0.015)), 0.95)
        assert ends is not None
        held += ends[0] <= 0.015 <= ends[1]
    assert held >= 35
    still, moved = regions(5), regions(5)
    moved = Regions(moved.names, moved.weeks, moved.on, moved.rate + 0.5 * moved.on, moved.accounts)
    one, other = (interval(*estimates(given), 0.95) for given in (still, moved))
    assert one is not None and other is not None
    assert other == pytest.approx((one[0] + 0.5, one[1] + 0.5), abs=1e-6)


def test_regions_that_drifted_apart_before_are_noticed() -> None:
    alike = [drift_before(regions(seed)) for seed in range(40)]
    assert sum(p < 0.1 for p in alike) <= 10
    assert drift_before(regions(3, drift=0.004)) <= 1 / 60


def rows(given: Regions) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "experiment": "radio",
                "region": name,
                "week_at": MONDAY + week * WEEK,
                "is_on": bool(given.on[place, week]),
                "account_count": 100,
                "opening_count": round(100 * given.rate[place, week]),
                "won_count": 0,
                "won_cents": 0,
            }
            for place, name in enumerate(given.names)
            for week in range(WEEKS)
        ]
    )


def told(given: Regions, *, drawn_by: str = "lot", as_of: int = MONDAY + WEEKS * WEEK) -> Any:
    rollout = {
        "name": "radio",
        "program_id": None,
        "drawn_by": drawn_by,
        "starts_at": MONDAY + START * WEEK,
        "ends_at": MONDAY + WEEKS * WEEK,
    }
    return next(iter(rollout_lines(rollout, rows(given), as_of=as_of, currency="USD")))


def test_a_roll_out_is_told_by_what_came_while_it_was_on() -> None:
    line = told(regions(2, effect=0.03))
    assert (line.status, line.treated_count, line.holdout_count) == ("estimable", 3, 7)
    per_week = difference_in_differences(regions(2, effect=0.03).rate, regions(2).on, np.full(REGIONS, 100.0))
    assert line.estimate_per_1000 == pytest.approx(1000 * per_week * (WEEKS - START))
    assert line.low_per_1000 < 1000 * 0.03 * 20 < line.high_per_1000
    assert line.is_randomised and "randomisation" in line.method


def test_what_cannot_be_told_says_why() -> None:
    assert (
        told(regions(1, chosen=1)).reason == "there are only 10 ways of choosing those regions; it takes 40"
    )
    assert told(regions(1, chosen=10)).reason.startswith("every region was switched on")
    assert told(regions(1), as_of=MONDAY + (START + 5) * WEEK).reason.startswith("it began less than 13")
    drifted = regions(3, drift=0.004)
    assert told(drifted, drawn_by="choice").reason.startswith("the regions were not moving alike")
    assert not told(regions(1), drawn_by="choice").is_randomised
    assert told(drifted).reason is None, "a lot needs no likeness before"

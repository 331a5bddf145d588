"""Yields with some still on their way, against counting in plain Python and against what was drawn."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from muster.control.yields import FAILED, PASSED, passing
from muster.survival.incidence import OPEN


def counted(days: list[int], ending: list[int], horizon: int) -> Fraction:
    """Aalen and Johansen's sum in exact fractions, day by day."""
    surviving, share = Fraction(1), Fraction(0)
    for day in range(horizon + 1):
        at_risk = sum(d >= day for d in days)
        if at_risk:
            passed = sum(d == day and e == PASSED for d, e in zip(days, ending, strict=True))
            left = sum(d == day and e != OPEN for d, e in zip(days, ending, strict=True))
            share += surviving * Fraction(passed, at_risk)
            surviving *= 1 - Fraction(left, at_risk)
    return share


def test_the_share_is_aalens_and_johansens_sum() -> None:
    dice = np.random.default_rng(2)
    days = dice.integers(1, 60, 80)
    ending = dice.choice([PASSED, FAILED, OPEN], 80, p=[0.4, 0.3, 0.3])
    found = passing(days.astype(float), ending, horizon=40)
    assert found.share == pytest.approx(float(counted(days.tolist(), ending.tolist(), 40)))
    assert found.passed == int(((ending == PASSED) & (days <= 40)).sum())


def test_without_censoring_share_and_interval_are_those_of_counting() -> None:
    dice = np.random.default_rng(3)
    ending = np.where(dice.random(500) < 0.3, PASSED, FAILED)
    found = passing(dice.exponential(10, 500), ending, horizon=1e6)
    share = float((ending == PASSED).mean())
    assert found.share == pytest.approx(share)
    assert found.low is not None and found.high is not None
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * (share * (1 - share) / 500) ** 0.5, rel=0.02)


def test_the_interval_holds_the_truth_about_95_times_in_100() -> None:
    """Passing at rate 0.03 a day, failing at 0.05, watched for 5 to 60 days: true share by day 30."""
    dice = np.random.default_rng(9)
    true = 0.03 / 0.08 * (1 - np.exp(-0.08 * 30))
    held = 0
    for _ in range(300):
        passes, fails = dice.exponential(1 / 0.03, 150), dice.exponential(1 / 0.05, 150)
        watched = dice.uniform(5, 60, 150)
        days = np.minimum(np.minimum(passes, fails), watched)
        ending = np.where(days == passes, PASSED, np.where(days == fails, FAILED, OPEN))
        found = passing(days, ending, horizon=30)
        assert found.low is not None and found.high is not None
        held += found.low <= true <= found.high
    assert 275 <= held <= 296


def test_dividing_what_passed_by_all_would_call_the_young_failures() -> None:
    days, ending = np.array([10.0, 10, 2, 2]), np.array([PASSED, FAILED, OPEN, OPEN])
    found = passing(days, ending, horizon=30)
    assert found.share == 0.5 and found.still_open == 2


def test_nobody_entered_has_no_yield() -> None:
    assert passing(np.array([]), np.array([], int), horizon=30).share is None

"""Incidence, survival and restricted means against lifelines, exact fractions and their properties."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time

from muster.survival.incidence import OPEN, Curve, curve, until, wilson

Ints = npt.NDArray[np.int64]
DAYS = st.lists(st.tuples(st.integers(1, 30), st.sampled_from([OPEN, 1, 2])), min_size=1, max_size=60)


def drawn(seed: int, count: int = 400) -> tuple[npt.NDArray[np.float64], Ints]:
    """Times without ties: lifelines moves tied ones a little, at random, before it answers."""
    dice = np.random.default_rng(seed)
    return dice.exponential(50, count), dice.choice([OPEN, 1, 2], count, p=[0.4, 0.25, 0.35])


def exact(days: Ints, ending: Ints, cause: int) -> tuple[Fraction, Fraction]:
    """The share that ended so, and the part still open at the end: day by day, in fractions."""
    still, share = Fraction(1), Fraction(0)
    for day in sorted(set(days.tolist())):
        at_risk = int((days >= day).sum())
        share += still * Fraction(int(((days == day) & (ending == cause)).sum()), at_risk)
        still *= 1 - Fraction(int(((days == day) & (ending != OPEN)).sum()), at_risk)
    return share, still


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("cause", [1, 2])
def test_incidence_and_its_variance_are_those_of_lifelines(seed: int, cause: int) -> None:
    times, ending = drawn(seed)
    theirs = AalenJohansenFitter(calculate_variance=True).fit(times, ending, event_of_interest=cause)
    ours = curve(times, ending)
    there = theirs.cumulative_density_.iloc[:, 0]
    assert np.abs(there.loc[ours.times].to_numpy() - ours.incidence(cause)).max() < 1e-9
    half = len(ours.times) // 2  # at the very end nobody is left, and theirs is not a number
    upto = Curve(ours.times[:half], ours.at_risk[:half], ours.ended[:, :half])
    variance = theirs.variance_.loc[upto.times[-1]]
    assert float(np.ravel(variance)[0]) == pytest.approx(upto.variance(cause), abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_survival_and_restricted_mean_are_those_of_lifelines_with_ties(seed: int) -> None:
    times, ending = drawn(seed)
    days = np.ceil(times)  # many ties, which Kaplan and Meier's estimate needs no jitter for
    theirs = KaplanMeierFitter().fit(days, ending != OPEN)
    ours = curve(days, ending)
    assert np.abs(theirs.survival_function_at_times(ours.times).to_numpy() - ours.surviving).max() < 1e-9
    for horizon in (10, 45, 90):
        assert ours.restricted_mean(horizon) == pytest.approx(
            restricted_mean_survival_time(theirs, t=horizon), abs=1e-9
        )


@settings(max_examples=60, deadline=None)
@given(DAYS)
def test_with_ties_it_is_the_sum_in_exact_fractions(rows: list[tuple[int, int]]) -> None:
    days, ending = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    found = curve(days, ending)
    for cause in (1, 2):
        share, still = exact(days, ending, cause)
        assert found.share(cause) == pytest.approx(float(share), abs=1e-12)
    left = found.surviving[-1] if len(found.times) else 1.0
    assert left == pytest.approx(float(still), abs=1e-12)
    assert found.share(1) + found.share(2) + left == pytest.approx(1, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(DAYS, st.randoms(use_true_random=False))
def test_neither_order_nor_new_open_ones_change_anything(rows: list[tuple[int, int]], dice: object) -> None:
    shuffled = rows.copy()
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (_curve([*these, *more]) for these, more in ((rows, []), (shuffled, [(0, OPEN)] * 5)))
    assert one.times.tolist() == other.times.tolist()
    assert one.at_risk.tolist() == other.at_risk.tolist()
    assert one.incidence(1).tolist() == other.incidence(1).tolist()
    assert one.restricted_mean(20) == other.restricted_mean(20)


def _curve(rows: list[tuple[int, int]]) -> Curve:
    days, ending = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    return curve(days, ending)


def test_losses_left_out_as_gaps_would_promise_too_much() -> None:
    """Kaplan and Meier's curve on wins, losses censored, is the wins of a world without losses."""
    times, ending = drawn(1)
    ours = curve(times, ending).share(1)
    wrong = 1 - curve(times, np.where(ending == 2, OPEN, ending)).surviving[-1]
    assert wrong > ours + 0.1


def test_a_horizon_hides_what_came_later() -> None:
    days, ending = np.array([5, 40, 50]), np.array([1, 2, OPEN])
    watched, ended = until(days, ending, horizon=30)
    assert (watched.tolist(), ended.tolist()) == ([5, 30, 30], [1, OPEN, OPEN])


def test_the_ends_of_wilsons_interval_are_exact() -> None:
    assert wilson(0, 9)[:2] == (0.0, 0.0)
    assert wilson(9, 9)[2] == 1.0
    assert wilson(0, 0) == (None, None, None)


def test_all_of_it_has_no_spread_whatever_was_rounded_on_the_way() -> None:
    watched = np.array([3, 2, 5, 5, 4, 2, 3, 3, 1])
    found = curve(watched, np.ones(len(watched), np.int64))
    assert 1 - 1e-15 < found.share(1) < 1  # the parts' sum misses 1 by a rounding
    assert found.interval(1) == (None, None)

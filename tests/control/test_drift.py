"""Drift: the index against a count by hand; shifts that are there, and those that are not."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from scipy.stats import chi2, norm

from muster.control.drift import Z_RARE, intercept, spread_of, stability


def test_the_index_is_that_of_siddiqi_counted_by_hand() -> None:
    """Ten values, one a decile; now most lie in the first. Half a row stands in each bin beside."""
    seen, ones = np.arange(1.0, 11), np.ones(10)
    now = np.array([1.0, 1, 1, 1, 1, 1, 2, 3, 4, 5])
    p = [1.5 / 15] * 10
    q = [c / 15 for c in (6.5, 1.5, 1.5, 1.5, 1.5, 0.5, 0.5, 0.5, 0.5, 0.5)]
    expected = sum((b - a) * log(b / a) for a, b in zip(p, q, strict=True))
    assert stability(seen, ones, now, ones) == pytest.approx(expected)


def test_a_sign_that_is_mostly_nought_has_few_bins_and_no_endless_index() -> None:
    seen = np.concatenate([np.zeros(950), np.arange(1.0, 51)])
    assert stability(seen, np.ones(1000), np.zeros(100), np.ones(100)) < 0.2
    assert 0.5 < stability(seen, np.ones(1000), np.full(100, 30.0), np.ones(100)) < 20


def test_weights_stand_for_rows() -> None:
    dice = np.random.default_rng(13)
    seen, now = dice.poisson(2, 600).astype(float), dice.poisson(3, 400).astype(float)
    repeated = np.repeat(now, 2)
    whole = stability(seen, np.ones(600), repeated, np.ones(800))
    assert stability(seen, np.ones(600), now, np.full(400, 2.0)) == pytest.approx(whole)


def test_the_same_spread_is_no_drift_and_another_one_is() -> None:
    dice = np.random.default_rng(14)
    seen = dice.normal(size=20_000)
    same, moved = dice.normal(size=2000), dice.normal(0.6, size=2000)
    ones = np.ones(2000)
    assert stability(seen, np.ones(20_000), same, ones) < 0.02
    assert stability(seen, np.ones(20_000), moved, ones) > 0.2


def test_an_intercept_that_is_off_is_found_and_its_interval_holds_it() -> None:
    dice = np.random.default_rng(15)
    held = 0
    for _ in range(200):
        said = dice.uniform(0.002, 0.2, 3000)
        odds = np.exp(0.5) * said / (1 - said)
        opened = (dice.random(3000) < odds / (1 + odds)).astype(float)
        a, error = intercept(opened, said)
        held += abs(a - 0.5) < 1.96 * error
    assert 182 <= held <= 198
    assert a == pytest.approx(0.5, abs=0.25)


def test_no_opening_at_all_is_no_endless_intercept() -> None:
    a, _ = intercept(np.zeros(500), np.full(500, 0.01))
    assert -4 < a < -2


def test_few_rows_of_an_unchanged_sign_are_seldom_called_a_change() -> None:
    """One in about a thousand, however few they are; the plain limit of 0.2 is passed by most of them."""
    draw, beyond, plain = np.random.default_rng(5), 0, 0
    for _ in range(1000):
        seen, now = draw.gamma(2.0, size=800), draw.gamma(2.0, size=40)
        spread = spread_of(seen, np.ones(800))
        index = spread.index(now, np.ones(40))
        beyond += index > max(0.2, spread.by_chance(np.ones(40)))
        plain += index > 0.2
    assert beyond <= 15 and plain > 400
    moved = spread_of(draw.gamma(2.0, size=800), np.ones(800))
    assert moved.index(draw.gamma(6.0, size=40), np.ones(40)) > moved.by_chance(np.ones(40))


def test_the_bound_is_that_of_the_chi_square_distribution() -> None:
    spread = spread_of(np.arange(1000.0), np.ones(1000))
    quantile = chi2.ppf(norm.cdf(Z_RARE), len(spread.edges))
    assert spread.by_chance(np.ones(50)) == pytest.approx((1 / 1000 + 1 / 50) * quantile, rel=0.01)

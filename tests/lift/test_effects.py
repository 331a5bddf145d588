"""Adjusted differences against statsmodels and scipy, and what must not change them."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from muster.lift.effects import (
    Effect,
    chi_square_tail,
    imbalance,
    intention_to_treat,
    student,
    usable,
)


def drawn(seed: int, *, rows: int = 400, held_out: float = 0.2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcomes that a sign foretells, arms by lot, and three signs."""
    dice = np.random.default_rng(seed)
    signs = dice.normal(size=(rows, 3))
    treated = dice.random(rows) >= held_out
    y = dice.poisson(np.exp(-1 + 0.6 * signs[:, 0] + 0.3 * treated)).astype(np.float64)
    return y, treated, signs


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_interacted_regression_of_statsmodels(seed: int) -> None:
    y, treated, signs = drawn(seed, held_out=0.2 + 0.1 * seed)
    found = intention_to_treat(y, treated, signs)
    centred = signs - signs.mean(axis=0)
    design = np.column_stack([np.ones(len(y)), treated, centred, centred * treated[:, None]])
    told = sm.OLS(y, design).fit()
    assert found.estimate == pytest.approx(told.params[1], rel=1e-9)
    assert found.error == pytest.approx(max(told.HC3_se[1], told.bse[1]), rel=1e-9)


def test_without_signs_degrees_of_freedom_are_those_of_welch() -> None:
    y, treated, _ = drawn(3, held_out=0.5)
    y[treated] *= 3  # so that the robust error is the larger one
    found = intention_to_treat(y, treated, np.zeros((len(y), 0)))
    one, other = y[treated], y[~treated]
    parts = [(len(a) * a.var() / (len(a) - 1) ** 2, len(a) - 1) for a in (one, other)]
    assert found.error == pytest.approx(sum(v for v, _ in parts) ** 0.5, rel=1e-9)
    assert found.degrees == pytest.approx(
        sum(v for v, _ in parts) ** 2 / sum(v * v / n for v, n in parts), rel=1e-9
    )


@pytest.mark.parametrize("degrees", [10.0, 29.0, 58.3, 1000.0])
@pytest.mark.parametrize("probability", [0.9, 0.975])
def test_students_quantile_is_right_to_a_thousandth(probability: float, degrees: float) -> None:
    assert student(probability, degrees) == pytest.approx(stats.t.ppf(probability, degrees), abs=1e-3)


@pytest.mark.parametrize(("value", "degrees"), [(0.5, 1), (3.0, 5), (20.0, 5), (30.0, 8)])
def test_chi_square_is_right_to_a_hundredth(value: float, degrees: int) -> None:
    assert chi_square_tail(value, degrees) == pytest.approx(stats.chi2.sf(value, degrees), abs=0.01)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), added=st.integers(-50, 50))
def test_what_must_not_change_it(seed: int, added: int) -> None:
    y, treated, signs = drawn(seed, rows=160, held_out=0.4)
    found = intention_to_treat(y, treated, signs)
    turned = intention_to_treat(y, ~treated, signs)
    assert turned.estimate == pytest.approx(-found.estimate, abs=1e-9)
    assert turned.error == pytest.approx(found.error, rel=1e-9)
    order = np.random.default_rng(seed).permutation(len(y))
    for again in (
        intention_to_treat(y[order], treated[order], signs[order]),
        intention_to_treat(y + added, treated, signs),
        intention_to_treat(y, treated, signs * 7 + added),
    ):
        assert again.estimate == pytest.approx(found.estimate, abs=1e-9)
        assert again.error == pytest.approx(found.error, rel=1e-6)
    known = intention_to_treat(y + added * treated, treated, signs)
    assert known.estimate == pytest.approx(found.estimate + added, abs=1e-9)


def test_signs_that_foretell_make_the_interval_narrower() -> None:
    _, treated, signs = drawn(8, rows=3000)
    y = signs[:, 0] + np.random.default_rng(9).normal(size=len(signs))
    bare = intention_to_treat(y, treated, np.zeros((len(y), 0)))
    assert intention_to_treat(y, treated, signs).error < 0.9 * bare.error


def test_signs_that_hardly_vary_or_repeat_others_are_left_out() -> None:
    _, treated, signs = drawn(1)
    rare = np.zeros(len(treated))
    rare[:3] = 1
    given_ = np.column_stack([signs[:, 0], rare, 2 * signs[:, 0] + 1, signs[:, 1]])
    assert np.array_equal(usable(given_, treated), given_[:, [0, 3]])
    few = np.arange(len(treated)) % 100 > 14  # 60 held out: three signs at most
    assert usable(np.random.default_rng(1).normal(size=(len(few), 9)), few).shape[1] == 3


def test_arms_by_lot_are_alike_and_chosen_ones_are_not() -> None:
    by_lot = [imbalance(signs, treated) for _, treated, signs in map(drawn, range(200))]
    assert 2 <= sum(p is not None and p < 0.05 for p in by_lot) <= 22  # 10 expected of 200
    _, _, signs = drawn(1)
    chosen = signs[:, 0] + np.random.default_rng(2).normal(size=len(signs)) > -1
    unlike = imbalance(signs, chosen)
    assert unlike is not None and unlike < 1e-6
    assert imbalance(np.zeros((len(signs), 2)), chosen) is None


def test_what_could_have_been_seen_is_seen_four_times_in_five() -> None:
    effect = Effect(0.0, 0.5, 1e6)
    seen = stats.norm.sf(1.96 - effect.detectable / effect.error)
    assert seen == pytest.approx(0.80, abs=0.005)

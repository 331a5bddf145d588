"""Paired comparisons, intervals and agreement against scipy, brute force and known answers."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from muster.replay.agreement import agreement
from muster.replay.bootstrap import DRAWS, interval, totals, weights, whole_interval
from muster.replay.leads import Lead
from muster.replay.paired import hodges_lehmann, mcnemar
from muster.replay.rule import DAY

_DAYS = st.lists(st.integers(-90, 90).map(lambda n: n / 4), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(_DAYS)
def test_hodges_lehmann_is_the_median_of_all_pairwise_means(days: list[float]) -> None:
    means = [(days[i] + days[j]) / 2 for i in range(len(days)) for j in range(i, len(days))]
    found = hodges_lehmann(days)
    assert found is not None
    assert found.value == pytest.approx(np.median(means))
    assert min(means) <= found.low <= found.value <= found.high <= max(means)
    turned = hodges_lehmann([-day for day in days])
    assert turned is not None
    assert (turned.low, turned.high) == (-found.high, -found.low)


@pytest.mark.parametrize("n", [6, 9, 14])
def test_the_interval_holds_every_shift_that_the_signed_rank_test_does_not_refuse(n: int) -> None:
    days = list(np.random.default_rng(n).normal(3, 10, n))
    found = hodges_lehmann(days)
    assert found is not None
    for shift in np.linspace(found.low - 5, found.high + 5, 200):
        p = stats.wilcoxon([day - shift for day in days], mode="exact").pvalue
        assert (p > 0.05) == (found.low < shift < found.high), (shift, p)


def test_many_pairs_and_none() -> None:
    assert hodges_lehmann([]) is None
    found = hodges_lehmann(list(np.random.default_rng(1).normal(5, 2, 400)))
    assert found is not None
    assert 4.5 < found.low < found.value < found.high < 5.5
    assert found.high - found.low == pytest.approx(2 * 1.96 * 2 / 20, abs=0.08)


@pytest.mark.parametrize(("left", "right"), [(0, 0), (0, 6), (2, 12), (7, 7), (40, 21)])
def test_mcnemar_is_the_exact_binomial(left: int, right: int) -> None:
    expected = stats.binomtest(left, left + right).pvalue if left + right else 1.0
    assert mcnemar(left, right) == pytest.approx(expected)


def test_every_account_draws_on_its_own_and_sums_stay_whole() -> None:
    few, more = weights(["a", "c"]), weights(["a", "b", "c"])
    assert (few == more[[0, 2]]).all()
    assert abs(more.mean() - 1) < 0.05
    cents = np.array([[10**15 + 1], [7], [3]], np.int64)
    sums = totals(cents, more)
    assert sums.shape == (DRAWS, 1)
    assert int(sums[5, 0]) == sum(int(w) * int(c) for w, c in zip(more[:, 5], cents[:, 0], strict=True))
    low, high = whole_interval(sums, 0)
    assert low <= int(cents.sum()) <= high


def test_the_interval_of_a_mean_is_about_that_of_theory() -> None:
    values = np.random.default_rng(2).poisson(3, 400)
    sums = totals(np.column_stack([values, np.ones(400, np.int64)]), weights([f"e:{n}" for n in range(400)]))
    found = interval(sums, lambda row: int(row[0]) / int(row[1]))
    assert found is not None
    half = 1.96 * values.std() / 20
    assert found[0] == pytest.approx(values.mean() - half, abs=0.06)
    assert found[1] == pytest.approx(values.mean() + half, abs=0.06)
    assert interval(sums, lambda row: None) is None


def leads(*days: tuple[str, int]) -> list[Lead]:
    return [Lead(day * DAY, f"{person}{day}", person, None, None) for person, day in days]


_MQLS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40)), max_size=5, unique=True)


@settings(max_examples=80, deadline=None)
@given(_MQLS, _MQLS)
def test_as_many_mqls_agree_as_can_be_paired(
    left: list[tuple[str, int]], right: list[tuple[str, int]]
) -> None:
    allowed = [
        (i, j)
        for (i, one), (j, two) in product(enumerate(left), enumerate(right))
        if one[0] == two[0] and abs(one[1] - two[1]) <= 7
    ]
    most = 0
    for size in range(1, min(len(left), len(right)) + 1):
        for chosen in combinations(allowed, size):
            if len({i for i, _ in chosen}) == len({j for _, j in chosen}) == size:
                most = size
                break
    assert agreement(leads(*left), leads(*right), within=7 * DAY).agreeing == most


def test_agreement_says_both_parts_and_how_far_apart() -> None:
    recorded, replayed = leads(("ana", 10), ("ben", 50)), leads(("ana", 12), ("cyd", 1), ("ben", 90))
    found = agreement(recorded, replayed, within=7 * DAY)
    assert (found.recorded, found.replayed, found.agreeing, found.median_days) == (2, 3, 1, 21.0)
    assert (found.recorded_part, found.replayed_part) == (1 / 2, 1 / 3)
    assert found.is_trusted(1 / 3)
    assert not found.is_trusted(0.4)
    assert not agreement([], [], within=DAY).is_trusted(0.0)

"""The charts' arithmetic, counted again in plain Python, and how often they alarm when nothing changed."""

from __future__ import annotations

from itertools import pairwise
from math import log, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from scipy.stats import geom

from muster.control.charts import between, laney, moving_average, risk_adjusted, sigma_level

DEFECTS = np.array([12.0, 15, 8, 21, 30, 9, 14, 40, 11, 13])
SIZES = np.array([100.0, 120, 90, 150, 160, 80, 110, 170, 95, 105])


def test_limits_are_what_the_formula_gives_counted_step_by_step() -> None:
    mean = 173 / 1180
    z = [(d / n - mean) / sqrt(mean * (1 - mean) / n) for d, n in zip(DEFECTS, SIZES, strict=True)]
    ranges = [abs(b - a) for a, b in pairwise(z)]
    spread = sum(ranges) / len(ranges) / 1.128
    found = laney(DEFECTS, SIZES)
    assert found is not None
    assert (found.mean, found.spread) == pytest.approx((mean, spread))
    low, high = found.of(SIZES, sigmas=3)
    assert high[0] == pytest.approx(mean + 3 * spread * sqrt(mean * (1 - mean) / 100))
    assert low[0] == max(0, mean - 3 * spread * sqrt(mean * (1 - mean) / 100))


def test_without_overdispersion_the_chart_is_a_p_chart() -> None:
    dice = np.random.default_rng(4)
    sizes = np.full(4000, 200.0)
    found = laney(dice.binomial(200, 0.1, 4000).astype(float), sizes)
    assert found is not None and found.spread == pytest.approx(1, abs=0.03)


def test_with_overdispersion_a_p_chart_cries_wolf_and_laneys_does_not() -> None:
    """Large samples whose true share wanders: the classic case of the paper."""
    dice = np.random.default_rng(5)
    sizes = np.full(2000, 5000.0)
    defects = dice.binomial(5000, dice.normal(0.1, 0.01, 2000)).astype(float)
    found = laney(defects, sizes)
    assert found is not None
    low, high = found.of(sizes, sigmas=3)
    outside = np.mean((defects / sizes < low) | (defects / sizes > high))
    p_chart = 3 * sqrt(found.mean * (1 - found.mean) / 5000)
    assert np.mean(np.abs(defects / sizes - found.mean) > p_chart) > 0.15
    assert outside < 0.01


def test_too_few_points_and_points_without_spread_have_no_limits() -> None:
    assert laney(DEFECTS[:2], SIZES[:2]) is None
    assert laney(np.zeros(5), np.full(5, 20.0)) is None


def test_limits_of_gaps_are_those_of_the_geometric_distribution() -> None:
    """Against scipy's, shifted by one: it counts trials up to the defect, a gap counts those before it."""
    found = between(np.array([9.0, 21, 3, 15, 2]), sigmas=3)  # a mean of ten: one in eleven
    assert found is not None and found.mean == 10
    tail = NormalDist().cdf(-3)
    assert found.low == 0 and geom.cdf(1, 1 / 11) > tail  # a defect in a row is no news
    assert geom.sf(found.high, 1 / 11) >= tail > geom.sf(found.high + 1, 1 / 11)
    middle = [(geom.cdf(g, 1 / 11) + geom.cdf(g + 1, 1 / 11)) / 2 for g in (0, 7, 40)]
    assert found.scores(np.array([0.0, 7, 40])) == pytest.approx([NormalDist().inv_cdf(m) for m in middle])
    rare = between(np.array([2000.0]), sigmas=3)
    assert rare is not None and rare.low > 0  # so rare that two close to each other are news
    assert between(np.array([]), sigmas=3) is None and between(np.zeros(4), sigmas=3) is None


def test_gaps_seldom_alarm_when_nothing_changed_and_soon_when_defects_come_twice_as_often() -> None:
    dice = np.random.default_rng(9)

    def first(rate: float) -> int:
        gaps = dice.geometric(rate, 1500) - 1.0
        limits = between(np.full(5, 49.0), sigmas=3)  # one in fifty
        assert limits is not None
        average, reach = moving_average(limits.scores(gaps), part=0.2, sigmas=2.96)
        alarms = np.flatnonzero((average < -reach) | (gaps < limits.low))
        return int(alarms[0]) + 1 if len(alarms) else 1500

    usual = np.mean([first(1 / 50) for _ in range(150)])
    worse = np.mean([first(1 / 20) for _ in range(150)])
    assert usual > 600 and worse < 40


def test_a_moving_average_is_the_weighted_sum_of_all_points_before() -> None:
    x = np.array([1.0, -0.5, 2.0, 0.0])
    found, limit = moving_average(x, part=0.2, sigmas=2.96)
    assert found[3] == pytest.approx(sum(0.2 * 0.8 ** (3 - t) * value for t, value in enumerate(x)))
    assert limit[0] == pytest.approx(2.96 * 0.2)  # the first point alone: part x sigma
    assert limit[3] == pytest.approx(2.96 * sqrt(sum((0.2 * 0.8**k) ** 2 for k in range(4))))


def test_a_moving_average_alarms_about_every_500_points_when_nothing_changed() -> None:
    dice = np.random.default_rng(6)
    lengths = []
    for _ in range(300):
        found, limit = moving_average(dice.normal(size=3000), part=0.2, sigmas=2.96)
        beyond = np.flatnonzero(np.abs(found) > limit)
        lengths.append(beyond[0] + 1 if len(beyond) else 3000)
    assert 400 < np.mean(lengths) < 640


def walked(happened: list[int], expected: list[float], ratio: float, limit: float) -> list[float]:
    """Steiner's sum, by the odds: the likelihood ratio of each outcome under chances whose odds changed."""
    sums, total = [], 0.0
    for y, p in zip(happened, expected, strict=True):
        odds = ratio * p / (1 - p)
        changed = odds / (1 + odds)
        total = max(0.0, total + log((changed if y else 1 - changed) / (p if y else 1 - p)))
        sums.append(total)
        total = 0.0 if total >= limit else total
    return sums


def test_the_cusum_is_the_log_likelihood_ratio_of_changed_odds() -> None:
    dice = np.random.default_rng(7)
    expected = dice.uniform(0.02, 0.7, 400)
    happened = (dice.random(400) < np.minimum(1.4 * expected, 1)).astype(float)
    found = risk_adjusted(happened, expected, times=2, limit=4.5)
    y, p = [int(v) for v in happened], [float(v) for v in expected]
    assert found.better == pytest.approx(walked(y, p, 2, 4.5))
    assert found.worse == pytest.approx(walked(y, p, 0.5, 4.5))
    assert found.alarm_better.any() and (found.alarm_better == (found.better >= 4.5)).all()


def first_alarm(dice: np.random.Generator, shift: float, spread: tuple[float, float]) -> int:
    expected = dice.uniform(*spread, 1500)
    odds = shift * expected / (1 - expected)
    happened = (dice.random(1500) < odds / (1 + odds)).astype(float)
    alarms = np.flatnonzero(risk_adjusted(happened, expected, times=2, limit=4.5).alarm_worse)
    return int(alarms[0]) + 1 if len(alarms) else 1500


def test_a_change_of_mix_is_no_alarm_and_a_change_of_odds_is_one_soon() -> None:
    dice = np.random.default_rng(8)
    poor = np.mean([first_alarm(dice, 1, (0.05, 0.2)) for _ in range(120)])
    good = np.mean([first_alarm(dice, 1, (0.4, 0.8)) for _ in range(120)])
    worse = np.mean([first_alarm(dice, 0.5, (0.4, 0.8)) for _ in range(120)])
    assert poor > 700 and good > 700
    assert worse < 120


def test_sigma_is_the_normal_quantile_of_the_share_without_defects() -> None:
    assert sigma_level(308_538, 1_000_000) == pytest.approx(0.5, abs=1e-5)  # 2 sigma "by convention"
    assert sigma_level(66_807, 1_000_000) == pytest.approx(1.5, abs=1e-5)  # 3 sigma "by convention"
    assert sigma_level(82, 100) == pytest.approx(NormalDist().inv_cdf(0.18))
    assert sigma_level(0, 10) is None and sigma_level(10, 10) is None

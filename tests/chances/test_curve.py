"""The curve that calibrates chances: rising, as a solver has it, a line where data are thin."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from muster.chances.curve import KNOTS, LEAST_SLOPE, STIFF, STRAIGHT, Curve, bent, read_curve
from muster.chances.ridge import LEAST, Vector, chances

Drawn = tuple[Vector, Vector, Vector]


def truth(x: Vector) -> Vector:
    """What is said of -3 is so, of what is below less so, of what is above more so, up to a bound."""
    return np.interp(x, [-8.0, -5.0, -3.0, -1.0, 2.0], [-6.0, -5.5, -3.5, -0.3, 0.6])


def drawn(rows: int, *, seed: int = 1) -> Drawn:
    draw = np.random.default_rng(seed)
    said = np.clip(draw.normal(-4.0, 1.8, rows), -8.0, 2.0)
    opens = (draw.random(rows) < chances(truth(said))).astype(float)
    return said, opens, np.where(opens > 0, 1.0, np.where(draw.random(rows) < 0.5, 1.0, 2.0))


def test_log_odds_that_are_off_in_a_curve_are_mended_on_rows_it_has_not_seen() -> None:
    said, opens, _ = drawn(40_000)
    curve = bent(said, opens=opens, weights=np.ones(len(said)))
    new, came, _ = drawn(40_000, seed=2)
    off = [float(np.abs(chances(x) - chances(truth(new))).mean()) for x in (new, curve(new))]
    assert off[1] < 0.25 * off[0]
    loss = [float(np.logaddexp(0, np.where(came > 0, -x, x)).mean()) for x in (new, curve(new))]
    assert loss[1] < loss[0]


def test_it_is_the_curve_that_another_solver_finds() -> None:
    said, opens, weights = drawn(3_000)
    curve = bent(said, opens=opens, weights=weights)
    knots = np.quantile(said[opens > 0], np.arange(1, KNOTS + 1) / (KNOTS + 1))
    assert curve.knots == pytest.approx(knots, abs=1e-7)

    def loss(found: Vector) -> float:
        own = Curve(curve.knots, found[1:], found[0])(said)
        held = STIFF * np.square(np.diff(found[1:])).sum() + LEAST * np.square(found).sum()
        return float((weights * np.logaddexp(0, np.where(opens > 0, -own, own))).sum() + held / 2)

    bounds = [(None, None), *[(LEAST_SLOPE, None)] * (KNOTS + 1)]
    theirs = minimize(loss, np.r_[knots[0], np.ones(KNOTS + 1)], method="L-BFGS-B", bounds=bounds,
                      options={"maxiter": 2000, "maxfun": 100_000, "ftol": 1e-14, "gtol": 1e-9})  # fmt: skip
    own = np.r_[curve.at, curve.slopes]
    assert loss(own) <= theirs.fun + 1e-6
    assert own == pytest.approx(theirs.x, abs=5e-3)


def test_whoever_stood_above_another_stays_there() -> None:
    said, opens, _ = drawn(2_000)
    falling = bent(said, opens=opens[np.argsort(np.argsort(-said))], weights=np.ones(len(said)))
    assert np.all(falling.slopes >= LEAST_SLOPE)
    points = np.linspace(-12, 6, 500)
    assert np.all(np.diff(falling(points)) > 0)


def test_few_openings_leave_a_line() -> None:
    """Of forty openings the pieces differ little; of none there is no curve at all."""
    said, opens, weights = drawn(400)
    assert 10 < opens.sum() < 60
    few = bent(said, opens=opens, weights=weights)
    many = bent(*drawn(40_000)[:1], opens=drawn(40_000)[1], weights=np.ones(40_000))
    assert np.ptp(few.slopes) < 0.5 * np.ptp(many.slopes)
    assert bent(said, opens=np.zeros(len(said)), weights=weights) is STRAIGHT
    alike = bent(np.full(100, -2.0), opens=np.r_[1.0, np.zeros(99)], weights=np.ones(100))
    assert alike is STRAIGHT
    assert np.array_equal(STRAIGHT(said), said) and np.array_equal(STRAIGHT.back(said), said)


def test_it_is_read_back_from_what_is_published_and_followed_both_ways() -> None:
    said, opens, weights = drawn(3_000)
    curve = bent(said, opens=opens, weights=weights)
    again = read_curve(curve.weights()[::-1])
    points = np.linspace(-12, 6, 500)
    assert np.array_equal(again(points), curve(points))
    assert curve.back(curve(points)) == pytest.approx(points, abs=1e-9)
    steps = (curve(points + 1e-6) - curve(points)) / 1e-6
    inside = np.min(np.abs(points[:, None] - curve.knots), axis=1) > 1e-5
    assert curve.steepness(points)[inside] == pytest.approx(steps[inside], rel=1e-4)
    assert read_curve([]) is STRAIGHT

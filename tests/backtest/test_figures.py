"""Each figure against another way to come to it: scikit-learn, or counting by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss

from muster.backtest.by_chance import error_by_chance
from muster.backtest.calibration import bins_of, calibration_figures
from muster.backtest.draws import Draws, figure
from muster.backtest.questions import CHANCE, Openings, Questions, Rows, Silent, Span
from muster.backtest.ranking import Ranked, Ranking, rank_figures
from muster.backtest.win_rate import trend
from muster.recall.clock import WEEK

NONE = np.zeros(0, np.int64)


def asked(
    opens: np.ndarray,
    chance: np.ndarray,
    account: np.ndarray,
    *,
    silent: tuple[int, float, float] | None = None,
) -> Questions:
    """Questions of one Monday, each row with an opening of its own where it opens."""
    count = len(opens)
    opening = np.where(opens > 0, np.cumsum(opens > 0) - 1, -1).astype(np.int64)
    rows = Rows(
        np.zeros(count, np.int64),
        account.astype(np.int64),
        np.zeros(count, np.int64),
        opens.astype(float),
        opens.astype(float),
        opening,
        {CHANCE: chance.astype(float)},
        {},
        np.zeros(count),
        np.zeros(count),
        (np.zeros(count),),
    )
    who, many, came = silent or (0, 0.0, 0.0)
    some = silent is not None
    quiet = Silent(
        np.array([who] if some else NONE),
        np.zeros(int(some), np.int64),
        np.array([many] if some else []),
        np.array([many / 60] if some else []),
        np.array([came] if some else []),
        np.array([came] if some else []),
        np.arange(int(came)) + int(opens.sum()),
        NONE,
    )
    total = int(opens.sum()) + int(came)
    openings = Openings(*(np.zeros(total, np.int64) for _ in range(5)))
    accounts = tuple(str(n) for n in range(int(account.max(initial=0)) + 1))
    return Questions(Span(0, 0), (0,), accounts, ("one",), rows, quiet, openings, {})


def drawn(seed: int, count: int = 4000, *, ties: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Openings that come as often as was said, many equal chances among them."""
    draw = np.random.default_rng(seed)
    chance = draw.beta(0.5, 8, count)
    chance = np.round(chance, 2) if ties else chance
    return (
        (draw.random(count) < chance).astype(float),
        np.clip(chance, 0.001, 0.999),
        draw.integers(0, 300, count),
    )


@pytest.mark.parametrize("seed", range(4))
def test_average_precision_is_that_of_scikit_learn(seed: int) -> None:
    opens, chance, account = drawn(seed)
    here = Ranking(asked(opens, chance, account), chance).of(np.ones(300))
    assert here.average_precision() == pytest.approx(average_precision_score(opens, chance), abs=1e-12)


def test_an_account_drawn_twice_counts_as_two() -> None:
    opens, chance, account = drawn(5)
    times = np.random.default_rng(1).integers(0, 4, 300).astype(float)
    many = times[account].astype(int)
    here = Ranking(asked(opens, chance, account), chance).of(times)
    wanted = average_precision_score(np.repeat(opens, many), np.repeat(chance, many))
    assert here.average_precision() == pytest.approx(wanted, abs=1e-12)


def test_silent_accounts_are_ranked_last_with_those_of_whom_nothing_is_said() -> None:
    opens, chance, account = drawn(6)
    unsaid = chance < 0.01
    given_chance = np.where(unsaid, np.nan, chance)
    here = Ranking(asked(opens, given_chance, account, silent=(3, 500.0, 2.0)), given_chance).of(np.ones(300))
    all_opens = np.r_[opens, np.ones(2), np.zeros(498)]
    all_said = np.r_[np.where(unsaid, -1.0, chance), -np.ones(500)]
    assert here.average_precision() == pytest.approx(average_precision_score(all_opens, all_said), abs=1e-12)
    assert here.asked.sum() == 4500


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=60))
def test_lift_is_what_all_orders_of_equal_scores_give_on_average(rows: list[tuple[int, bool]]) -> None:
    score, opens = np.array([r[0] for r in rows], float), np.array([r[1] for r in rows], float)
    if not opens.any():
        return
    here = Ranking(asked(opens, score, np.zeros(len(rows))), score).of(np.ones(1))
    left, caught = 0.1 * len(rows), 0.0
    for level in sorted(set(score), reverse=True):
        tied = score == level
        taken = min(left, float(tied.sum()))
        caught, left = caught + taken * opens[tied].mean(), left - taken
    assert here.lift(0.1) == pytest.approx(caught / (0.1 * len(rows)) / opens.mean())


def test_a_company_in_which_nothing_opens_has_no_precision() -> None:
    nothing = Ranked(np.ones(3), np.zeros(3), np.zeros(3))
    assert np.isnan(nothing.average_precision()) and np.isnan(nothing.lift(0.01))


def test_calibration_is_counted_another_way() -> None:
    opens, chance, account = drawn(7, ties=False)
    found = {
        f.name: f.value for f in calibration_figures(asked(opens, chance, account), Draws(300, count=20))
    }
    assert found["brier"] == pytest.approx(brier_score_loss(opens, chance))
    base = opens.mean()
    assert found["brier_skill"] == pytest.approx(1 - brier_score_loss(opens, chance) / (base * (1 - base)))
    assert found["observed_over_expected"] == pytest.approx(opens.sum() / chance.sum())
    odds = np.log(chance / (1 - chance))
    theirs = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(odds[:, None], opens)
    assert found["calibration_slope"] == pytest.approx(theirs.coef_[0, 0], rel=1e-4)
    shift = found["calibration_intercept"]
    assert shift is not None
    assert (1 / (1 + np.exp(-(odds + shift)))).sum() == pytest.approx(opens.sum())
    ranked = np.argsort(chance)
    off = sum(abs(chance[p].sum() - opens[p].sum()) for p in np.array_split(ranked, 15))
    assert found["relative_ece"] == pytest.approx(off / opens.sum())


def test_silent_openings_are_expected_at_their_rate() -> None:
    opens, chance, account = drawn(8)
    found = calibration_figures(asked(opens, chance, account, silent=(0, 900.0, 30.0)), Draws(300, count=5))
    values = {f.name: f.value for f in found}
    assert values["observed_over_expected_all"] == pytest.approx((opens.sum() + 30) / (chance.sum() + 15))
    own, total = values["relative_ece"], opens.sum() + 30
    assert own is not None
    assert values["relative_ece_all"] == pytest.approx((own * opens.sum() + 30 - 15) / total)
    assert values["observed_over_expected"] == pytest.approx(opens.sum() / chance.sum())


def test_chances_without_a_fault_err_as_much_as_is_said_of_chance() -> None:
    """Companies drawn from their own chances, a year of Mondays each: the stated range holds their error."""
    draw, held, said = np.random.default_rng(3), 0, 0.0
    unit, week = (part.ravel() for part in np.meshgrid(np.arange(400), np.arange(0, 52, 4)))
    chance = np.repeat(0.02 + 0.2 * draw.random(400) ** 3, 13).reshape(400, 13).T.ravel()
    bins = np.array_split(np.argsort(chance, kind="stable"), 15)
    found = error_by_chance(chance, unit, week * WEEK, bins, horizon=13 * WEEK)
    low, high = np.quantile(found[1:], [0.1, 0.9])
    for _ in range(100):
        # Three or four Mondays share an opening: stretches of 13 weeks from a Monday of one's own.
        start = draw.integers(0, 13, 400)
        luck = draw.random((400, 6))
        opens = luck[unit, (week + start[unit]) // 13] < chance
        off = sum(abs(chance[rows].sum() - opens[rows].sum()) for rows in bins) / opens.sum()
        held, said = held + (low <= off <= high), said + off / 100
    assert 65 <= held <= 93
    assert said == pytest.approx(found[0], rel=0.1)
    alone = error_by_chance(chance, np.arange(len(chance)), week * WEEK, bins, horizon=13 * WEEK)
    assert alone[0] < 0.8 * found[0]  # row by row, chance would seem to do less than it does


def test_bins_hold_every_row_once_and_about_as_many_expected_openings() -> None:
    opens, chance, account = drawn(9)
    bins = bins_of(asked(opens, chance, account), Draws(300, count=20))
    assert sum(b.rows for b in bins) == len(opens)
    assert sum(b.openings for b in bins) == opens.sum()
    assert all(a.to_chance < b.from_chance for a, b in pairwise(bins))
    expected = [b.rows * b.predicted for b in bins]
    assert max(expected) < 3 * chance.sum() / 10
    told = [b for b in bins if b.observed is not None and b.low_80 is not None]
    assert all(b.low_95 <= b.low_80 <= b.high_80 <= b.high_95 for b in told)


def test_few_openings_are_not_estimable() -> None:
    opens, chance, account = drawn(10, 60)
    opens[:] = 0
    opens[:7] = 1
    questions = asked(opens, chance, account)
    draws = Draws(300, count=10)
    figures = [*rank_figures(questions, chance, draws), *calibration_figures(questions, draws)]
    assert {f.value for f in figures} == {None} and {f.low_80 for f in figures} == {None}
    assert figures[0].openings == 7


@pytest.mark.parametrize("count", [40, 400])
def test_intervals_hold_the_truth_as_often_as_they_say(count: int) -> None:
    """Companies drawn anew from one truth: openings come in clusters, so rows alone would claim too much."""
    draw, held, companies = np.random.default_rng(count), 0, 150
    for _ in range(companies):
        risk = np.repeat(draw.beta(1, 3, count), 6)  # six weeks of an account share one fate
        opens = np.repeat(draw.random(count) < risk[::6], 6).astype(float)
        account = np.repeat(np.arange(count), 6)
        draws = Draws(count, count=100, seed=int(draw.integers(1 << 30)))
        came, expected = draws.sums(account, opens, risk)
        told = figure("", came / expected, openings=100)
        assert told.low_80 is not None and told.high_80 is not None
        held += told.low_80 <= 1.0 <= told.high_80
    assert 0.70 <= held / companies <= 0.90


def test_the_trend_is_that_of_the_correlation() -> None:
    """Cochran and Armitage's z is the correlation of band and outcome times the root of their number."""
    draw = np.random.default_rng(2)
    closed = [(float(p), bool(draw.random() < 0.2 + 0.5 * p)) for p in draw.random(200)]
    found = trend(closed)
    band = np.repeat([b.number for b in found.bands], [b.closed for b in found.bands])
    won = np.array([w for _, w in sorted(closed)], float)
    assert len(found.bands) == 10 and sum(b.won for b in found.bands) == won.sum()
    assert found.z == pytest.approx(np.corrcoef(band, won)[0, 1] * np.sqrt(200), rel=1e-9)
    assert found.z is not None and found.p_value == pytest.approx(2 * norm.sf(abs(found.z)))
    assert trend(closed[:19]).bands == ()
    assert trend([(0.5, True)] * 40).z is None  # one band, all won

"""Models of openings: fitted as others fit them, sure as a bootstrap says, blind to what came later."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.linear_model import LogisticRegression

from muster.chances.duel import average_precision
from muster.chances.learn import CAREFUL, Model, learn
from muster.chances.ridge import chances, fit, odds, spread
from muster.chances.rule import BORROWED, TIERS, RuleModel
from muster.chances.signs import Panel
from muster.chances.terms import Terms

TERMS = Terms(free_span=0)
FEWEST = TERMS.fewest_openings
WEEK = 7 * 86_400_000_000
NAMES = ("in_group", "score", "acts_4", "people_13")


def drawn_panel(accounts: int, *, seed: int = 1, weeks: int = 12, rate: float = -3.0) -> Panel:
    """Accounts that keep their ways for some weeks; more people, more openings. One opening an account."""
    draw = np.random.default_rng(seed)
    rows = accounts * weeks
    account = np.repeat(np.arange(accounts), weeks)
    level = draw.normal(size=(accounts, 3))[account]
    values = level + draw.normal(scale=0.5, size=(rows, 3))
    in_group = (level[:, 0] > 0.5).astype(float)
    x = np.column_stack([in_group, np.maximum(values[:, 0], 0) * in_group, values[:, 1], values[:, 2]])
    happens = chances(rate + 0.8 * x[:, 1] + 0.7 * level[:, 1] + 0.9 * level[:, 2])
    opens = (draw.random(accounts)[account] < happens).astype(float)
    opening = np.empty(rows, dtype=object)
    for row in np.flatnonzero(opens):
        opening[row] = int(account[row])
    return Panel(
        np.array([f"a{n:05d}" for n in account], dtype=object),
        np.array([f"e{n:05d}" for n in account], dtype=object),
        np.array([("red", "blue")[n % 2] for n in account], dtype=object),
        np.tile(np.arange(weeks) * WEEK, accounts),
        opens,
        opening,
        np.ones(rows),
        NAMES,
        x,
    )


def test_the_fit_is_that_of_scikit_learn() -> None:
    panel = drawn_panel(300)
    weights = np.where(panel.opens > 0, 1.0, 4.0)
    x = np.column_stack([np.ones(len(panel)), panel.values])
    own = fit(x, panel.opens, weights=weights, penalty=np.array([0.0, 5, 5, 5, 5]))
    theirs = LogisticRegression(C=1 / 5, tol=1e-10, max_iter=1000).fit(panel.values, panel.opens, weights)
    assert own == pytest.approx(np.r_[theirs.intercept_, theirs.coef_[0]], abs=1e-5)


def test_the_spread_is_that_of_drawing_accounts_anew() -> None:
    panel = drawn_panel(400)
    x = np.column_stack([np.ones(len(panel)), panel.values])
    penalty = np.array([0.0, 10, 10, 10, 10])
    groups = np.unique(panel.first_acts.astype(str), return_inverse=True)[1].astype(np.int64)
    found = fit(x, panel.opens, weights=panel.weights, penalty=penalty)
    said = spread(x, panel.opens, weights=panel.weights, penalty=penalty, at=found, groups=groups)
    draw, fits = np.random.default_rng(2), []
    for _ in range(200):
        times = np.bincount(draw.integers(0, 400, 400), minlength=400)[groups].astype(float)
        fits.append(fit(x, panel.opens, weights=times, penalty=penalty, start=found))
    assert np.sqrt(np.diag(said)) == pytest.approx(np.std(fits, axis=0), rel=0.25)


def test_nothing_is_said_below_forty_openings() -> None:
    panel = drawn_panel(2000)
    kept = sorted({key for key in panel.opening if key is not None})
    assert len(kept) > FEWEST
    few = panel.only(np.array([key is None or key in kept[: FEWEST - 1] for key in panel.opening]))
    enough = panel.only(np.array([key is None or key in kept[:FEWEST] for key in panel.opening]))
    thin = learn(few, trained_at=0, terms=TERMS)
    assert isinstance(thin, RuleModel) and thin.basis.openings == FEWEST - 1 and not thin.is_shown
    model = learn(enough, trained_at=0, terms=TERMS)
    assert isinstance(model, Model) and model.is_shown
    assert (model.basis.rung, model.basis.openings, model.penalty) == ("near_rule", FEWEST, CAREFUL)


@pytest.mark.parametrize(
    ("openings", "rung"),
    [
        (0, "rule"),
        (39, "rule"),
        (40, "near_rule"),
        (199, "near_rule"),
        (200, "ridge"),
        (999, "ridge"),
        (1000, "challenge"),
    ],
)
def test_the_ladder_is_climbed_by_different_openings(openings: int, rung: str) -> None:
    assert TERMS.rung(openings, span=0) == rung
    near = rung if rung == "rule" else "near_rule"
    assert Terms().rung(openings, span=25 * WEEK) == near
    assert Terms().rung(openings, span=26 * WEEK) == rung


def test_where_data_are_thin_the_rules_rank_and_tiers_borrow_from_all() -> None:
    panel = drawn_panel(300)
    thin = learn(panel, trained_at=0, terms=replace(TERMS, fewest_openings=10_000))
    assert isinstance(thin, RuleModel)
    score = np.where(panel.values[:, 0] > 0, panel.values[:, 1], -1.0)
    places = thin.places(panel)
    assert np.array_equal(places, [1 + int((score > own).sum()) for own in score])
    outside = panel.values[:, 0] == 0
    overall = (panel.opens.sum() + 0.5) / (len(panel) + 1)
    expected = (panel.opens[outside].sum() + BORROWED * overall) / (outside.sum() + BORROWED)
    assert thin.intercept == pytest.approx(odds(np.array([overall]))[0])
    assert thin.weights()[0][0] == TIERS[0]
    assert chances(thin.rates)[0] == pytest.approx(expected)


def test_without_any_row_the_rules_stand_alone() -> None:
    panel = drawn_panel(5)
    thin = learn(panel.part(0, 0), trained_at=7, terms=TERMS)
    assert isinstance(thin, RuleModel) and thin.row()["opening_count"] == 0 and thin.weights() == []


def test_openings_are_told_by_solution_the_most_first() -> None:
    panel = drawn_panel(400)
    kept = panel.only(np.array([key is None or int(str(key)) % 6 != 0 for key in panel.opening]))
    model = learn(kept, trained_at=0, terms=TERMS)
    counts = {
        name: len(
            {
                key
                for key, of in zip(kept.opening, kept.solution_ids, strict=True)
                if key is not None and of == name
            }
        )
        for name in ("red", "blue")
    }
    assert counts["blue"] > counts["red"] > 0
    assert model.basis.openings_told == f"blue {counts['blue']}, red {counts['red']}"


def test_chances_meet_what_happens_to_accounts_that_were_not_seen() -> None:
    model = learn(drawn_panel(3000, seed=3), trained_at=0, terms=TERMS)
    assert isinstance(model, Model)
    new = drawn_panel(3000, seed=4)
    said, low, high = model.judge(new)
    assert said.sum() / new.opens.sum() == pytest.approx(1.0, abs=0.1)
    assert np.all((low <= said + 1e-6) & (said <= high + 1e-6)) and np.all(high > low)
    top = said >= np.quantile(said, 0.9)
    assert new.opens[top].mean() > 2 * new.opens.mean()


def test_intervals_narrow_as_accounts_grow() -> None:
    new = drawn_panel(200, seed=9)
    widths = []
    for accounts in (1000, 4000):
        model = learn(drawn_panel(accounts, seed=5), trained_at=0, terms=TERMS)
        assert isinstance(model, Model)
        _, low, high = model.judge(new)
        widths.append(float(np.mean(high - low)))
    assert widths[1] < 0.7 * widths[0]


def test_the_same_rows_give_the_same_model_and_another_row_another() -> None:
    panel = drawn_panel(1500)
    one, two = learn(panel, trained_at=0, terms=TERMS), learn(drawn_panel(1500), trained_at=0, terms=TERMS)
    assert one.version == two.version
    fewer = panel.only(np.arange(len(panel)) > 0)
    other = learn(fewer, trained_at=0, terms=TERMS)
    assert other.version != one.version


def test_a_row_is_judged_alike_whatever_stands_beside_it() -> None:
    model = learn(drawn_panel(1500), trained_at=0, terms=TERMS)
    assert isinstance(model, Model)
    new = drawn_panel(50, seed=7)
    whole = np.column_stack(model.judge(new))
    for start in range(0, len(new), 7):
        part = np.arange(len(new)) // 7 == start // 7
        assert np.array_equal(np.column_stack(model.judge(new.only(part))), whole[part])


def test_signs_without_meaning_leave_the_rule() -> None:
    """With signs of pure noise, the model ranks as the rules' score does."""
    panel = drawn_panel(1500)
    noise = np.random.default_rng(3).normal(size=(len(panel), 2))
    only_rule = replace(panel, values=np.column_stack([panel.values[:, :2], noise]))
    model = learn(only_rule, trained_at=0, terms=TERMS)
    assert isinstance(model, Model)
    by_name = dict(zip(model.names, model.coefficients, strict=True))
    assert abs(by_name["acts_4"]) < 0.15 and abs(by_name["people_13"]) < 0.15 < by_name["score"]


def test_a_sign_of_one_account_does_not_carry_away_those_who_show_it_later() -> None:
    """One account of 1,500 had won before, and happened to open; of the next 1,500 one in twenty has."""
    past = drawn_panel(1500, seed=6, weeks=4, rate=-3.5)
    past = _with_wins(past, past.first_acts == "e00003")
    past.opens[past.first_acts == "e00003"] = 1.0
    model = learn(past, trained_at=0, terms=TERMS)
    assert isinstance(model, Model)
    drawn = drawn_panel(1500, seed=8, weeks=4, rate=-3.5)
    have_won = np.arange(len(drawn)) // 4 % 20 == 0
    said, without = (
        model.log_odds(_with_wins(drawn, who))[0] for who in (have_won, np.zeros(len(drawn), np.bool_))
    )
    assert np.median((said - without)[have_won]) < 2.0
    precision, own = (
        average_precision(one, opens=drawn.opens, weights=drawn.weights) for one in (said, without)
    )
    assert precision > 0.8 * own


def _with_wins(panel: Panel, have_won: npt.NDArray[np.bool_]) -> Panel:
    won = np.log1p(have_won.astype(float))
    return replace(panel, names=(*panel.names, "past_won"), values=np.column_stack([panel.values, won]))

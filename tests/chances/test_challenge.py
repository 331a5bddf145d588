"""Trees replace the ridge where the past says so, give reasons that add up, and else do nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.chances.test_learn import WEEK, drawn_panel
from threadpoolctl import threadpool_limits

from muster.chances import challenge
from muster.chances.boosted import BoostedModel, learn_boosted, with_samples
from muster.chances.challenge import LOST, NOT_INSTALLED, TOO_EARLY, WON, Opening, Ring, Stretch, over
from muster.chances.learn import Model, learn
from muster.chances.parts import parts
from muster.chances.ridge import chances
from muster.chances.signs import Panel
from muster.chances.terms import Terms

TERMS = Terms(
    horizon=4 * WEEK,
    fewest_openings=20,
    free_openings=30,
    free_span=0,
    challenger_openings=40,
    is_challenged=True,
)
DAYS = (16 * WEEK, 24 * WEEK, 32 * WEEK)


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> object:
    with threadpool_limits(limits=1, user_api="blas"):
        yield


def company(*, is_odd: bool, accounts: int = 700, weeks: int = 32) -> Panel:
    """Openings that a line can tell; or, where odd, those that come of two signs together only."""
    panel = drawn_panel(accounts, seed=8, weeks=weeks)
    draw = np.random.default_rng(9)
    first, second = panel.values[:, 2], panel.values[:, 3]
    together = np.where((first > 0) & (second > 0), 1.0, -1.0)
    happens = chances(-3.0 + 2.5 * together) if is_odd else chances(-3.5 + first + second)
    opens = (draw.random(len(panel)) < happens).astype(float)
    opening = np.empty(len(panel), dtype=object)
    for row in np.flatnonzero(opens):
        opening[row] = int(row)
    return replace(panel, opens=opens, opening=opening)


def decided(rows: Panel, terms: Terms = TERMS) -> list[Opening]:
    """What judges from each day on."""
    ring, past, found = Ring(), list[Stretch](), list[Opening]()
    for number, day in enumerate(DAYS):
        ridge = learn(over(rows, terms, day), trained_at=day, terms=terms)
        found.append(ring.decide(ridge, rows, terms, past))
        until = DAYS[number + 1] if number + 1 < len(DAYS) else day + 8 * WEEK
        past.append(Stretch(day, until, ridge))
    return found


@pytest.fixture(scope="module")
def odd() -> Panel:
    return company(is_odd=True)


@pytest.fixture(scope="module")
def of_odd(odd: Panel) -> list[Opening]:
    return decided(odd)


def test_trees_replace_the_ridge_once_later_weeks_have_shown_that_they_do_better(
    of_odd: list[Opening],
) -> None:
    assert [model.basis.challenger for model in of_odd] == [TOO_EARLY, WON, WON]
    assert [isinstance(model, BoostedModel) for model in of_odd] == [False, True, True]
    low = of_odd[1].basis.challenger_low
    assert low is not None and low > 0


def test_trees_that_do_no_better_leave_the_ridge_as_it_would_be_without_them() -> None:
    rows = company(is_odd=False)
    asked = decided(rows)
    assert [model.basis.challenger for model in asked] == [TOO_EARLY, LOST, LOST]
    alone = decided(rows, replace(TERMS, is_challenged=False))
    assert [model.version for model in asked] == [model.version for model in alone]
    assert [model.basis.challenger for model in alone] == [None, None, None]


def test_a_verdict_knows_nothing_of_weeks_that_were_not_over(odd: Panel, of_odd: list[Opening]) -> None:
    """What opened after a day is turned into its contrary: what was decided that day stays."""
    late = odd.weeks + TERMS.horizon > DAYS[1]
    turned = replace(odd, opens=np.where(late, 1 - odd.opens, odd.opens))
    again = decided(turned)
    assert [model.version for model in again[:2]] == [model.version for model in of_odd[:2]]
    assert again[2].version != of_odd[2].version


def test_without_the_extra_the_ridge_judges_and_says_so(odd: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(challenge, "is_installed", lambda: False)
    models = decided(odd)
    assert {model.basis.challenger for model in models} == {NOT_INSTALLED}
    alone = decided(odd, replace(TERMS, is_challenged=False))
    assert [model.version for model in models] == [model.version for model in alone]


def test_below_its_rung_there_is_no_challenger(odd: Panel) -> None:
    models = decided(odd, replace(TERMS, challenger_openings=100_000))
    assert all(isinstance(model, Model) and model.basis.challenger is None for model in models)


def test_reasons_of_trees_add_up_to_the_log_odds_to_the_last_millionth(
    odd: Panel, of_odd: list[Opening]
) -> None:
    model = of_odd[1]
    assert isinstance(model, BoostedModel)
    rows = odd.part(0, 600)
    told = parts(rows, model).to_pylist()
    total: dict[tuple[str, int], int] = {}
    for row in told:
        key = row["account_id"], row["week_at"]
        total[key] = total.get(key, 0) + row["millionths"]
    shown = rows.only(rows.values[:, 0] > 0)
    expected = np.round(1e6 * model.log_odds(shown)[0]).astype(int)
    assert [total[key] for key in zip(shown.account_ids, shown.weeks, strict=True)] == expected.tolist()
    by_topic = {row["topic"]: row["millionths"] for row in told[:: len(shown)]}
    assert by_topic["acts"] and by_topic["people"] and len(by_topic) == 13


def test_chances_of_trees_meet_what_happens_and_have_intervals(odd: Panel, of_odd: list[Opening]) -> None:
    model = of_odd[2]
    assert isinstance(model, BoostedModel)
    new = company(is_odd=True, accounts=500, weeks=8)
    log_odds, loads = model.log_odds(new)
    said, low, high = model.chances(log_odds, loads)
    assert said.sum() / new.opens.sum() == pytest.approx(1.0, abs=0.15)
    assert np.all(low <= said + 1e-6) and np.all(said <= high + 1e-6) and np.median(high - low) > 0


def test_the_same_rows_give_the_same_trees_row_by_row(odd: Panel) -> None:
    basis = learn(over(odd, TERMS, DAYS[0]), trained_at=DAYS[0], terms=TERMS).basis
    known = over(odd, TERMS, DAYS[0])
    one, two = (with_samples(learn_boosted(known, basis, trained_at=0), known) for _ in range(2))
    assert one.version == two.version and one.samples == two.samples
    whole = np.column_stack(one.log_odds(odd.part(0, 50)))
    alone = np.vstack([np.column_stack(one.log_odds(odd.part(n, n + 1))) for n in range(50)])
    assert np.array_equal(whole, alone)

"""What part of deals is won in the end: said while many are still open, and not from what came later."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.chances.drawn_deals import SHARE_WON, START, drawn_deals, hidden_later

from muster.chances.deals import Deals
from muster.chances.wins import WinModel, learn_wins
from muster.recall.clock import WEEK


def learnt(deals: Deals, week: int, *, borrowed: float = 10.0) -> WinModel:
    model = learn_wins(deals, trained_at=START + week * WEEK, fewest=40, borrowed=borrowed)
    assert model is not None
    return model


def test_deals_still_open_count_as_open_not_as_lost() -> None:
    """Wins take longer than losses: of what closed in a young company too few were won."""
    errors, naive = [], []
    for seed in range(6):
        deals = drawn_deals(1500, seed=seed, weeks=40)
        model = learnt(deals, 40)
        over = deals.closed_at <= START + 40 * WEEK
        naive.append(float(deals.is_won[over].mean()) - SHARE_WON)
        errors += [model.p_win(solution) - SHARE_WON for solution in ("blue", "red")]
    assert np.mean(naive) < -0.07
    assert abs(float(np.mean(errors))) < 0.02 and max(map(abs, errors)) < 0.06


def test_with_every_deal_closed_it_is_the_part_that_was_won() -> None:
    """Nothing open and nothing borrowed: the cumulative incidence is the plain share, whatever the ages."""
    deals = drawn_deals(800)
    model = learnt(deals, 400, borrowed=0.1)
    for solution in ("blue", "red"):
        of = deals.solution_ids == solution
        assert model.p_win(solution) == pytest.approx(float(deals.is_won[of].mean()), abs=0.04)


def test_a_solution_with_few_deals_stays_near_all() -> None:
    deals = drawn_deals(400)
    few = deals.solution_ids.copy()
    few[np.flatnonzero(deals.is_won)[:3]] = "new"  # three deals, all won
    model = learnt(replace(deals, solution_ids=few), 400)
    assert SHARE_WON < model.p_win("new") < 0.5
    assert model.p_win("never sold") == pytest.approx(SHARE_WON, abs=0.05)


def test_nothing_is_said_below_forty_closed_deals() -> None:
    deals = drawn_deals(200)
    ends = np.sort(deals.closed_at)
    assert learn_wins(deals, trained_at=int(ends[38]), fewest=40, borrowed=10) is None
    assert learn_wins(deals, trained_at=int(ends[39]), fewest=40, borrowed=10) is not None


def looks_ahead() -> bool:
    """Whether what came later changes what is learnt on a day."""
    deals, instant = drawn_deals(600), START + 50 * WEEK
    then = learnt(hidden_later(deals, instant), 50)
    return learnt(deals, 50).version != then.version


def test_what_is_learnt_on_a_day_hangs_on_nothing_later() -> None:
    assert not looks_ahead()


def test_the_suite_notices_a_model_that_knows_how_open_deals_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Deals, "known_by", lambda self, instant: self)
    assert looks_ahead()

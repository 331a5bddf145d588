"""Hand-offs at capacity, against a plain walk through the weeks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from tests.backtest.test_figures import asked

from muster.backtest.draws import Draws
from muster.backtest.places import DAY, Handed, hand_over, matched, place_figures
from muster.backtest.questions import Openings, Rows
from muster.chances.horizon import USUAL
from muster.recall.clock import WEEK


def rows_of(seed: int, weeks: int = 30, accounts: int = 25) -> Rows:
    draw = np.random.default_rng(seed)
    week, account, solution = (
        a.ravel() for a in np.meshgrid(np.arange(weeks), np.arange(accounts), np.arange(2), indexing="ij")
    )
    count = len(week)
    nothing = np.zeros(count)
    tie_break = (draw.integers(0, 3, count).astype(float), draw.random(count))
    opening = np.full(count, -1, np.int64)
    return Rows(
        week * WEEK, account, solution, nothing, nothing, opening, {}, {}, nothing, nothing, tie_break
    )


def by_hand(
    rows: Rows, score: np.ndarray, slots: dict[int, dict[int, int]], rest: int
) -> list[tuple[int, int, int]]:
    resting: dict[tuple[int, int], int] = defaultdict(int)
    own = {pool for week in slots.values() for pool in week if pool >= 0}
    found = []
    for at in sorted(set(rows.week.tolist())):
        for pool, places in slots.get(at, {}).items():
            waiting = [
                n
                for n in range(len(score))
                if rows.week[n] == at
                and (rows.solution[n] == pool if pool >= 0 else rows.solution[n] not in own)
                and score[n] > 0
                and resting[rows.account[n], rows.solution[n]] <= at
            ]
            waiting.sort(
                key=lambda n: (-score[n], *(-c[n] for c in rows.tie_break), rows.account[n], rows.solution[n])
            )
            for n in waiting[:places]:
                resting[rows.account[n], rows.solution[n]] = at + rest
                found.append((at, int(rows.account[n]), int(rows.solution[n])))
    return sorted(found)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("pools", [(-1,), (0, -1)])
def test_the_best_that_wait_take_the_places_of_the_week(seed: int, pools: tuple[int, ...]) -> None:
    rows, draw = rows_of(seed), np.random.default_rng(seed + 10)
    score = draw.integers(0, 6, len(rows.week)).astype(float)
    score[draw.random(len(score)) < 0.1] = np.nan
    slots = {week * WEEK: {pool: int(draw.integers(0, 4)) for pool in pools} for week in range(30)}
    handed = hand_over(rows, score, slots=slots, rest=8 * WEEK)
    told = sorted(zip(handed.at.tolist(), handed.account.tolist(), handed.solution.tolist(), strict=True))
    assert told == by_hand(rows, score, slots, 8 * WEEK)
    assert len(told) > 20


def test_nobody_is_handed_over_again_while_resting() -> None:
    rows = rows_of(1, accounts=2)
    handed = hand_over(
        rows, np.ones(len(rows.week)), slots={w * WEEK: {-1: 9} for w in range(30)}, rest=26 * WEEK
    )
    assert len(handed.at) == 8 and set(handed.at.tolist()) == {0, 26 * WEEK}


def test_a_hand_off_meets_the_first_opening_within_13_weeks() -> None:
    at = np.array([5 * WEEK, 20 * WEEK, 40 * WEEK])
    zero = np.zeros(3, np.int64)
    openings = Openings(zero, zero, at, zero, zero)
    moments = np.array([0, 5 * WEEK, 7 * WEEK, 26 * WEEK, 27 * WEEK])
    nobody = np.zeros(5, np.int64)
    assert matched(moments, nobody, nobody, openings, horizon=USUAL).tolist() == [0, -1, 1, -1, 2]
    assert matched(moments, nobody + 1, nobody, openings, horizon=USUAL).tolist() == [-1] * 5


def test_figures_of_hand_offs_count_an_opening_once() -> None:
    """Thirty openings; two hand-offs each before twenty of them, ten hand-offs before none."""
    count = 30
    who = np.arange(count)
    openings = Openings(who, 0 * who, 100 * WEEK + 0 * who, 1000 + 0 * who, np.where(who < 5, 1000, 0))
    early, late, lost = 100 * WEEK - 50 * DAY, 100 * WEEK - 10 * DAY, 50 * WEEK
    handed = Handed(
        np.r_[np.full(20, early), np.full(20, late), np.full(10, lost)],
        np.r_[np.arange(20), np.arange(20), np.arange(20, 30)],
        np.zeros(50, np.int64),
        np.r_[np.arange(20), np.arange(20), np.full(10, -1)],
        np.full(50, -1, np.int64),
    )
    questions = replace(asked(np.ones(count), np.ones(count), who), openings=openings)
    found = {f.name: f.value for f in place_figures(handed, questions, Draws(count, count=30))}
    assert found["precision"] == pytest.approx(40 / 50)
    assert found["precision_after_gap"] == pytest.approx(20 / 50)
    assert found["recall"] == found["recall_after_gap"] == pytest.approx(20 / 30)
    assert found["median_lead_days"] == 50.0
    assert found["false_hand_offs_per_opening"] == pytest.approx(10 / 20)
    assert found["opened_cents_per_hand_off"] == pytest.approx(20 * 1000 / 50)
    assert found["won_cents_per_hand_off"] == pytest.approx(5 * 1000 / 50)

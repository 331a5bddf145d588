"""Places settled by lot: the estimate against its definition, and how often its interval holds the truth."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from muster.lift.lots import doubly_robust, lot_lines
from muster.lift.words import WEEK

MONDAY = 1_735_516_800_000_000  # 2024-12-30


def test_without_signs_it_is_the_difference_weighted_by_one_over_the_chance() -> None:
    y = np.array([1.0, 0, 1, 1, 0, 0, 1, 0])
    came_in = np.array([True, True, True, False, False, False, True, False])
    chances = np.array([0.5, 0.5, 0.25, 0.25, 0.5, 0.5, 0.5, 0.5])
    found = doubly_robust(y, came_in, chances, signs=np.zeros((8, 0)), clusters=np.arange(8))
    m1, m0 = y[came_in].mean(), y[~came_in].mean()
    parts = [
        m1 - m0 + (t * (v - m1) / e - (1 - t) * (v - m0) / (1 - e))
        for v, t, e in zip(y, came_in, chances, strict=True)
    ]
    assert found.estimate == pytest.approx(sum(parts) / 8)
    assert found.error**2 == pytest.approx(np.square(np.array(parts) - found.estimate).sum() * 8 / 6 / 64)


def test_ninety_five_percent_intervals_hold_the_truth_about_as_often() -> None:
    dice, held = np.random.default_rng(31), 0
    for _ in range(200):
        account = dice.integers(0, 120, 300)
        sign = dice.normal(size=300) + dice.normal(size=120)[account]
        chances = np.where(dice.random(300) < 0.5, 0.5, 0.3)
        came_in = dice.random(300) < chances
        before = 1 / (1 + np.exp(1.2 - 0.6 * sign))
        after = np.minimum(before + 0.08, 1)
        y = (dice.random(300) < np.where(came_in, after, before)).astype(np.float64)
        clusters = np.unique(account, return_inverse=True)[1].astype(np.int64)
        found = doubly_robust(y, came_in, chances, signs=sign[:, None], clusters=clusters)
        low, high = found.interval(0.95)
        held += low <= (after - before).mean() <= high
    assert held >= 180


def lots(count: int, *, is_live: bool = True) -> pa.Table:
    """Two groups each Monday, of which one comes in; it opens an opportunity every other week."""
    rows = [
        {
            "week_at": MONDAY + (n // 2) * WEEK,
            "buying_group_id": f"g{n}",
            "account_id": f"a{n}",
            "propensity": 0.5,
            "came_in": n % 2 == 0,
            "is_live": is_live,
            "place": 1.0,
            "p_open": None,
            "openings": int(n % 4 == 0),
            "won": 0,
            "won_cents": 0,
        }
        for n in range(count)
    ]
    return pa.Table.from_pylist(rows).set_column(7, "p_open", pa.nulls(count, pa.float64()))


def test_lots_that_are_old_enough_are_compared() -> None:
    opened, won, _ = lot_lines(lots(200), as_of=MONDAY + 113 * WEEK, currency="USD")
    assert (opened.status, opened.treated_count, opened.holdout_count) == ("estimable", 100, 100)
    assert opened.estimate_per_1000 == pytest.approx(500)
    assert opened.is_randomised and "These lots could have seen" in opened.sentence
    assert won.reason is not None and won.reason.startswith("too few outcomes")
    early = next(iter(lot_lines(lots(200), as_of=MONDAY + 30 * WEEK, currency="USD")))
    assert early.reason == "of the lots older than 13 weeks only 18 fell one way; it takes 30"


def test_lots_of_a_replay_moved_nobody() -> None:
    line, *_ = lot_lines(lots(200, is_live=False), as_of=MONDAY + 113 * WEEK, currency="USD")
    assert line.reason == "the lots were drawn in a replay of the past: nobody was told"
    assert list(lot_lines(lots(200).slice(0, 0), as_of=MONDAY, currency="USD")) == []

"""Ranks of a Monday, and how far they would move were other accounts learnt from."""

from __future__ import annotations

import numpy as np

from muster.chances import rank as module
from muster.chances.rank import NOT_TOLD, TOLD, ranks


def drawn(rows: int, *, seed: int = 1, unsure: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    return draw.normal(size=rows) - 5, unsure * draw.normal(size=(rows, 12))


def test_the_highest_is_first_and_equals_share_the_better_rank() -> None:
    loads = np.zeros((5, 2))
    rank, low, high = ranks(np.array([-3.0, -1.0, -2.0, -1.0, -9.0]), loads)
    assert rank.tolist() == low.tolist() == high.tolist() == [4, 1, 3, 1, 5]


def test_the_interval_is_that_of_many_draws() -> None:
    log_odds, loads = drawn(400)
    rank, low, high = ranks(log_odds, loads)
    draw = np.random.default_rng(7)
    moved = log_odds[None, :] + draw.standard_normal((2000, 12)) @ loads.T
    places = (-moved).argsort(axis=1).argsort(axis=1) + 1
    lowest, highest = np.quantile(places, [0.1, 0.9], axis=0)
    told = rank <= TOLD
    width = float((highest - lowest)[told].mean())
    assert np.abs(low - lowest)[told].mean() < width / 8
    assert np.abs(high - highest)[told].mean() < width / 8
    assert np.all((low <= rank) & (rank <= high), where=told)
    assert np.all(low[~told] == NOT_TOLD) and (~told).any()


def test_whoever_is_surer_has_a_narrower_rank() -> None:
    widths = []
    for unsure in (0.02, 0.3):
        rank, low, high = ranks(*drawn(400, unsure=unsure))
        widths.append(float((high - low)[rank <= TOLD].mean()))
    assert widths[0] < 0.3 * widths[1]


def test_rows_far_below_change_no_interval(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """A Monday of thousands is compared with its best only: those below do not come near."""
    monkeypatch.setattr(module, "AMONG", 300)
    monkeypatch.setattr(module, "TOLD", 50)
    log_odds, loads = drawn(5000)
    quick = ranks(log_odds, loads)
    monkeypatch.setattr(module, "AMONG", 5000)
    full = ranks(log_odds, loads)
    assert np.array_equal(quick[0], full[0])
    assert np.array_equal(quick[1], full[1])
    assert (full[2] - quick[2])[quick[2] != NOT_TOLD].mean() < 0.05 * full[2].max()

"""Intervals of shares."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from muster.reports.wilson import FEWEST, estimate


def test_it_agrees_with_published_figures() -> None:
    """Newcombe (1998), table I: 81 of 263 and 15 of 148, Wilson's score interval without correction."""
    for reached, decided, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)):
        found = estimate(reached, decided)
        assert found is not None
        assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.integers(0, 500), st.integers(0, 500))
def test_it_holds_the_share_and_stays_between_nothing_and_all(reached: int, others: int) -> None:
    found = estimate(reached, reached + others)
    if reached + others < FEWEST:
        assert found is None
    else:
        assert found is not None
        assert 0 <= found.low <= found.value <= found.high <= 1

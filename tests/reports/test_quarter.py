"""The period of a pack is a calendar quarter."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.problems import WrongUse
from muster.reports.quarter import Quarter, last_full_quarter, quarter_of, read_quarter

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 1, 1))


@given(DAYS)
def test_every_day_lies_in_its_quarter(day: date) -> None:
    quarter = quarter_of(day)
    assert quarter.starts_on <= day < quarter.ends_on
    assert quarter.plus(1).starts_on == quarter.ends_on
    assert quarter.plus(-4).label == f"Q{quarter.number} {quarter.year - 1}"


@given(DAYS)
def test_the_last_full_quarter_is_over_and_the_next_is_not(day: date) -> None:
    quarter = last_full_quarter(day)
    assert quarter.last_day <= day < quarter.plus(1).last_day


def test_the_last_day_of_a_quarter_ends_it() -> None:
    assert last_full_quarter(date(2025, 9, 30)) == Quarter(2025, 3)
    assert last_full_quarter(date(2025, 9, 30) - timedelta(days=1)) == Quarter(2025, 2)


def test_a_quarter_is_read_as_it_is_written() -> None:
    assert read_quarter("2025-Q3", as_of=date(2025, 12, 1)) == Quarter(2025, 3)
    assert read_quarter(str(Quarter(2025, 3)), as_of=date(2025, 12, 1)) == Quarter(2025, 3)


@pytest.mark.parametrize("text", ["2025-Q5", "Q3", "2025", "'; DROP TABLE credit; --", "0001-Q1"])
def test_what_is_no_quarter_is_refused_with_the_next_command(text: str) -> None:
    with pytest.raises(WrongUse, match="--period 2025-Q3"):
        read_quarter(text, as_of=date(2025, 12, 1))


def test_a_quarter_that_nobody_can_know_yet_is_refused() -> None:
    with pytest.raises(WrongUse, match="begins after the as-of date"):
        read_quarter("2026-Q1", as_of=date(2025, 12, 1))

"""Money is whole cents until it is text."""

from __future__ import annotations

import ast
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.reports import money

CENTS = st.integers(min_value=-(10**15), max_value=10**15)


@pytest.mark.parametrize(
    ("cents", "written"),
    [
        (0, "$0"),
        (49, "$0"),
        (421_350, "$4,214"),
        (999_949, "$9,999"),
        (81_240_000, "$812K"),
        (99_949_999, "$999K"),
        (99_950_000, "$1.0M"),
        (421_340_617, "$4.2M"),
        (9_994_999_999, "$99.9M"),
        (9_995_000_000, "$100M"),
        (123_400_000_000, "$1.2B"),
        (-421_340_617, "\u2212$4.2M"),
        (-49, "\u2212$0.49"),
    ],
)
def test_sentences_write_money_short(cents: int, written: str) -> None:
    if cents == -49:
        assert money.exact(cents, "USD") == written
        assert money.whole(cents, "USD") == "$0"
    else:
        assert money.short(cents, "USD") == written


@given(CENTS)
def test_tables_round_to_whole_dollars_like_decimal(cents: int) -> None:
    expected = (abs(Decimal(cents)) / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    written = money.whole(cents, "USD")
    assert Decimal(written.removeprefix(money.MINUS).removeprefix("$").replace(",", "")) == expected


@given(CENTS)
def test_exact_money_can_be_read_back(cents: int) -> None:
    written = money.exact(cents, "EUR")
    value = Decimal(written.replace(money.MINUS, "-").replace("€", "").replace(",", ""))
    assert value * 100 == cents


@given(CENTS)
def test_short_money_is_within_half_a_step(cents: int) -> None:
    written = money.short(cents, "USD").removeprefix(money.MINUS).removeprefix("$").replace(",", "")
    scale = {"K": 1_000, "M": 1_000_000, "B": 1_000_000_000}.get(written[-1], 1)
    digits = written.rstrip("KMB")
    step = Decimal(scale) / (10 if "." in digits else 1)
    assert abs(Decimal(digits) * scale - Decimal(abs(cents)) / 100) <= step / 2


def test_a_currency_without_a_sign_is_named() -> None:
    assert money.whole(123_456, "CHF") == "CHF\u00a01,235"


def test_no_float_is_written_where_money_is() -> None:
    tree = ast.parse(Path(money.__file__).read_text("utf-8"))
    found = [
        node
        for node in ast.walk(tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
        or isinstance(node, ast.Div)
    ]
    assert not found

"""How each kind of cell is written."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from muster.reports.values import NOTHING, Change, Days, Money, Rate, Share, counted, show


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, NOTHING),
        ("", NOTHING),
        (-1_234, "\u22121,234"),
        (date(2026, 3, 3), "3 Mar 2026"),
        (datetime(2026, 3, 3, 14, 5), "3 Mar 2026, 14:05"),
        (Money(421_340_617, "USD"), "$4,213,406"),
        (Money(421_340_617, "USD", is_exact=True), "$4,213,406.17"),
        (Share(71, 100), "71\u00a0%"),
        (Share(41, 1_000), "4.1\u00a0%"),
        (Share(1, 100_000), "<0.1\u00a0%"),
        (Share(99_999, 100_000), ">99.9\u00a0%"),
        (Share(0, 7), "0\u00a0%"),
        (Share(7, 7), "100\u00a0%"),
        (Share(0, 0), NOTHING),
        (Change(112, 100), "+12\u00a0%"),
        (Change(92, 100), "\u22128.0\u00a0%"),
        (Change(5, 0), NOTHING),
        (Change(5, 5), "0\u00a0%"),
        (Change(5_000, 100), "\u00d7\u00a050"),
        (Rate(None), "thin data"),
        (Rate(0.2834), "28\u00a0%"),
        (Days(None), NOTHING),
        (Days(96.4), "96"),
        (Days(1.25), "1.3"),
        (Decimal("58.35"), "58.4"),
    ],
)
def test_a_value_is_written_as_people_read_it(value: object, written: str) -> None:
    assert show(value) == written


def test_a_value_of_no_known_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        show(1.5)


def test_numbers_carry_their_noun() -> None:
    assert counted(1, "group") == "1 group"
    assert counted(2_140, "opportunity", "opportunities") == "2,140 opportunities"

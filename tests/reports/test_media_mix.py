"""The weekly panel: every cent and every contact once, every week there."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from muster.reports.media_mix import by_week, divided, lasts, mix, slug

MONDAY = date(2025, 3, 3)
WEEKS = [MONDAY + timedelta(weeks=n) for n in range(10)]


@given(cents=st.integers(-10_000, 10_000_000), days=st.integers(1, 31), after=st.integers(0, 40))
def test_spend_over_days_adds_up_and_starts_on_its_week(cents: int, days: int, after: int) -> None:
    on = MONDAY + timedelta(days=after)
    told = by_week(on, cents, days=days)
    assert sum(told.values()) == cents
    assert min(told) <= on < min(told) + timedelta(days=7) and all(week.weekday() == 0 for week in told)


@given(cents=st.integers(0, 10_000_000), sizes=st.lists(st.integers(1, 900), min_size=1, max_size=9))
def test_spend_over_places_adds_up_and_follows_their_size(cents: int, sizes: list[int]) -> None:
    places = {f"r{n}": size for n, size in enumerate(sizes)}
    parts = divided(cents, places)
    assert sum(parts.values()) == cents
    assert all(abs(parts[p] - cents * size / sum(sizes)) < 1 for p, size in places.items())


def spend(day: date, cents: int, tactic: str = "t", **cells: str) -> dict[str, Any]:
    row = {"tactic_id": tactic, "channel": "Paid search", "spent_on": day, "currency": "USD", "cents": cents}
    return row | cells


def test_a_row_lasts_until_the_next_one_and_a_month_at_most() -> None:
    days = [date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1), date(2025, 9, 1)]
    told = lasts([spend(day, 1) for day in days] + [spend(days[0], 1, "once")])
    assert [told["t", day] for day in days] == [31, 28, 28, 28]
    assert told["once", days[0]] == 1


def test_the_panel_has_every_week_and_place_and_leaves_nothing_out_silently() -> None:
    spent = [
        spend(WEEKS[0], 70_000),
        spend(WEEKS[2], 30_001),
        spend(WEEKS[3], 500, currency="EUR"),
        spend(WEEKS[-1] + timedelta(weeks=3), 900, "late"),
    ]
    contacts = [
        {"week": WEEKS[1], "place": "north", "channel": "paid-search", "contacts": 7},
        {"week": WEEKS[1], "place": "south", "channel": "Fairs", "contacts": 2},
    ]
    came = [
        {"week": WEEKS[4], "place": "south", "openings": 2, "pipeline_cents": 9, "won": 0, "won_cents": 0}
    ]
    found = mix(
        spent=spent,
        contacts=contacts,
        outcomes=came,
        places={"north": 30, "south": 10},
        weeks=WEEKS,
        currency="USD",
    )
    assert Counter((r["week"], r["geo"]) for r in found.rows) == {
        (w, p): 1 for w in WEEKS for p in ("north", "south")
    }
    assert sum(r["spend_paid_search"] for r in found.rows) == 100_001
    assert found.left_out == 500 + 900
    first = [r["spend_paid_search"] for r in found.rows if r["week"] == WEEKS[0]]
    assert first == [26_250, 8_750], "half of two weeks, three quarters of the accounts"
    told = {c["channel"]: c for c in found.channels}
    assert told["Paid search"]["contacts"] == 7 and told["Fairs"]["kind"] == "organic"
    assert [r["trend"] for r in found.rows[::2]] == list(range(10))
    assert sum(r["openings"] for r in found.rows) == 2


def test_channels_have_names_that_columns_may_have() -> None:
    assert [slug(name) for name in ("Display/CTV", " E-mail ", "…")] == ["display_ctv", "e_mail", "other"]
